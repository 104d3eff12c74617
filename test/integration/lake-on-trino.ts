import { join } from 'node:path'
import { AthenaClient, CreateWorkGroupCommand } from '@aws-sdk/client-athena'
import { CreateDatabaseCommand, GlueClient } from '@aws-sdk/client-glue'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { AthenaLake } from '#adapters/athena/athena-lake.ts'
import { databaseOf } from '#domain/lake/names.ts'
import type { Lake } from '#domain/ports.ts'
import { glue } from '#local/engines/glue.ts'
import { localstack } from '#local/engines/localstack.ts'
import { trino } from '#local/engines/trino.ts'
import { portFor } from '#local/ports.ts'
import { becomeReady, ensure, stopPart } from '#local/process.ts'
import { repository } from '#local/state.ts'

/** A lake of stage local, empty, behind the Athena bridge. */
export interface StartedLake {
  readonly lake: Lake
  stop(): Promise<void>
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const aws = { region: 'us-east-1', credentials }

/** Starts what Athena needs: S3, Glue's catalogue, Trino, the bridge. The first bucket takes the results. */
export async function startLake(home: string, buckets: readonly [string, ...string[]]): Promise<StartedLake> {
  for (const part of ['kafka', 'elasticache', 'msk', 'glue', 'localstack']) await portFor(home, part)
  const [s3, catalogue] = await Promise.all([localstack.start({ home }), glue.start({ home })])
  const engine = await trino.start({ home })
  const athena = await startBridge(home, {
    AWS_ENDPOINT_URL: s3,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    LODESTREAM_TRINO: engine,
    LODESTREAM_GLUE: catalogue,
  })
  const storage = new S3Client({ ...aws, endpoint: s3, forcePathStyle: true })
  for (const Bucket of buckets) await storage.send(new CreateBucketCommand({ Bucket }))
  const metadata = new GlueClient({ ...aws, endpoint: catalogue })
  for (const layer of ['silver', 'gold', 'candidates'] as const) {
    await metadata.send(new CreateDatabaseCommand({ DatabaseInput: { Name: databaseOf('local', layer) } }))
  }
  const client = new AthenaClient({ ...aws, endpoint: athena })
  const ResultConfiguration = { OutputLocation: `s3://${buckets[0]}/athena-results/` }
  const Configuration = { ResultConfiguration, EnforceWorkGroupConfiguration: false }
  await client.send(new CreateWorkGroupCommand({ Name: 'tables', Configuration }))
  return {
    lake: new AthenaLake({ client, workgroup: 'tables' }),
    async stop() {
      for (const each of [storage, metadata, client]) each.destroy()
      await stopPart(home, 'athena')
      await Promise.all([trino, glue, localstack].map((part) => part.stop({ home })))
    },
  }
}

async function startBridge(home: string, env: Readonly<Record<string, string>>): Promise<string> {
  const port = await portFor(home, 'athena')
  const part = await ensure(home, {
    name: 'athena',
    command: [process.execPath, join(repository, 'local', 'bridges', 'athena', 'main.ts')],
    env: { PORT: `${port}`, ...env },
  })
  const address = `http://127.0.0.1:${port}`
  await becomeReady(home, part, async () => (await fetch(address)).status > 0, 30_000)
  return address
}
