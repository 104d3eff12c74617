import { join } from 'node:path'
import { Admin } from '@platformatic/kafka'
import { awsEnvironment } from './cdk.ts'
import { glue } from './engines/glue.ts'
import { trino } from './engines/trino.ts'
import { becomeReady, ensure, runningPart, stopPart } from './process.ts'
import { loadState, repository } from './state.ts'

/** What stands for the lake's services, in the order in which a reader expects it. Each takes a port of its own. */
export const lakePartNames = ['glue', 'firehose', 'athena', 'scheduler', 'trino'] as const

/** Of these, what keeps in memory alone what a deployment made: without it the deployment is not there. */
export const inMemory = ['glue', 'scheduler'] as const

/**
 * Ends what remembers an earlier LocalStack, before another one starts: catalogue, workgroups, delivery streams and
 * schedules are made anew by the deployment, as the buckets are.
 */
export async function forgetLake(home: string): Promise<void> {
  await Promise.all(lakePartNames.map((name) => stopPart(home, name)))
}

/** The Glue catalogue, and its jobs: `http://127.0.0.1:port`. */
export const startGlue = (home: string, report: (doing: string) => void): Promise<string> =>
  glue.start({ home, report })

/** Firehose, Athena's API and the Scheduler: each answers at once; what they need behind them may come later. */
export async function startLakeBridges(home: string): Promise<void> {
  const { localstack, trino: trinoPort, glue: gluePort } = loadState(home).ports
  const aws = awsEnvironment(`http://127.0.0.1:${localstack}`)
  const catalogue = `http://127.0.0.1:${gluePort}`
  await Promise.all([
    startBridge(
      home,
      'firehose',
      { ...aws, LODESTREAM_GLUE: catalogue, LODESTREAM_HOME: home, MALLOC_ARENA_MAX: '1' },
      // Its requests are megabytes that die young: a small heap keeps half the memory free, and nothing slower.
      ['--max-semi-space-size=4', '--max-old-space-size=128'],
    ),
    startBridge(home, 'athena', {
      ...aws,
      LODESTREAM_HOME: home,
      LODESTREAM_GLUE: catalogue,
      LODESTREAM_TRINO: `http://127.0.0.1:${trinoPort}`,
    }),
    startBridge(home, 'scheduler', aws),
  ])
}

/** Trino. It takes both cores for some seconds, so the hot path comes first. */
export const startTrino = (home: string, report: (doing: string) => void): Promise<string> =>
  trino.start({ home, report })

async function startBridge(
  home: string,
  name: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<void> {
  const port = loadState(home).ports[name]
  const part = await ensure(home, {
    name,
    command: [process.execPath, ...flags, join(repository, 'local', 'bridges', name, 'main.ts')],
    env: { PORT: `${port}`, ...env },
  })
  await becomeReady(home, part, () => listens(Number(port)), 30_000)
}

/** Any answer will do: these services know no path without an operation. */
async function listens(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) })
  await response.arrayBuffer()
  return true
}

/**
 * Lets lake-landing read every topic from its beginning: a new LocalStack has an empty lake, and the log still holds
 * what was in the last one. Nobody may be reading for the groups meanwhile.
 */
export async function rereadForLake(home: string, broker: string): Promise<void> {
  if (runningPart(home, 'kafka-event-source')) await stopPart(home, 'kafka-event-source')
  const admin = new Admin({ clientId: 'lodestream-up', bootstrapBrokers: [broker], retries: 2, timeout: 5_000 })
  try {
    const groups = [...(await admin.listGroups()).keys()].filter((id) =>
      id.startsWith('lodestream-local-lake-landing-'),
    )
    if (groups.length > 0) await admin.deleteGroups({ groups })
  } finally {
    await admin.close()
  }
}
