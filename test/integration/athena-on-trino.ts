import { join } from 'node:path'
import { glue } from '#local/engines/glue.ts'
import { localstack } from '#local/engines/localstack.ts'
import { trino } from '#local/engines/trino.ts'
import { portFor } from '#local/ports.ts'
import { becomeReady, ensure, stopPart } from '#local/process.ts'
import { repository } from '#local/state.ts'

/** What the SDK's clients have in common here. */
export const aws = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }

/** Addresses of Athena's bridge and of what it stands on. */
export interface AthenaOnTrino {
  readonly s3: string
  readonly glue: string
  readonly athena: string
  stop(): Promise<void>
}

/** Starts what Athena needs: S3, Glue's catalogue, Trino, the bridge. */
export async function startAthena(home: string): Promise<AthenaOnTrino> {
  for (const part of ['kafka', 'elasticache', 'msk', 'glue', 'localstack']) await portFor(home, part)
  const engines = [localstack, glue, trino] as const
  const [s3, catalogue, queries] = await Promise.all(engines.map((engine) => engine.start({ home })))
  const port = await portFor(home, 'athena')
  const part = await ensure(home, {
    name: 'athena',
    command: [process.execPath, join(repository, 'local', 'bridges', 'athena', 'main.ts')],
    env: {
      PORT: `${port}`,
      AWS_ENDPOINT_URL: `${s3}`,
      AWS_REGION: aws.region,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      LODESTREAM_TRINO: `${queries}`,
      LODESTREAM_GLUE: `${catalogue}`,
    },
  })
  const athena = `http://127.0.0.1:${port}`
  await becomeReady(home, part, async () => (await fetch(athena)).ok, 30_000)
  return {
    s3: `${s3}`,
    glue: `${catalogue}`,
    athena,
    async stop() {
      await stopPart(home, 'athena')
      await Promise.all(engines.map((engine) => engine.stop({ home })))
    },
  }
}
