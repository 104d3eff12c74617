import { join } from 'node:path'
import { LambdaClient, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda'
import { z } from 'zod'
import { clientSettings } from '#adapters/aws/connection.ts'
import { Refusal } from '#domain/refusal.ts'
import { awsEnvironment } from './cdk.ts'
import { kafka } from './engines/kafka.ts'
import { kinesis } from './engines/kinesis.ts'
import { rereadForLake } from './lake-parts.ts'
import type { Plan } from './plan.ts'
import { answers, becomeReady, ensure, eventually } from './process.ts'
import { loadState, readIfThere, repository } from './state.ts'
import type { Transport } from './transport.ts'

/** The steps of a platform's log, and what the app has to know of it. */
export interface PlannedLog {
  /** Context of the CDK app. */
  readonly context: Readonly<Record<string, string>>
  /** The log answers. */
  readonly up: Promise<unknown>
  /** Topics can be created in it. */
  readonly ready: Promise<unknown>
  /** Before the first deployment into a new LocalStack: lets its consumers begin where they should. */
  prepare(): Promise<void>
  /**
   * Plans that consumers get what the topics hold.
   * @param prepared LocalStack can be asked @param deployed the mappings are created @param mappings how many; 0: unknown
   * @returns when they do
   */
  consume(prepared: Promise<unknown>, deployed: Promise<unknown>, mappings: number): Promise<unknown>
}

/** Plans the log of the platform at `home`, whose parts and LocalStack have their ports. */
export const planLog = (plan: Plan, home: string, transport: Transport): PlannedLog =>
  transport === 'kafka' ? planKafka(plan, home) : planKinesis(plan, home)

function planKafka(plan: Plan, home: string): PlannedLog {
  const { ports } = loadState(home)
  const broker = `127.0.0.1:${ports.kafka}`
  const up = plan.step('Kafka', [], (report) => kafka.start({ home, report }))
  const ready = plan.step('MSK bridge', [up], () => startMsk(home, Number(ports.msk), broker))
  return {
    context: { bootstrap_brokers: broker },
    up,
    ready,
    prepare: () => rereadForLake(home, broker),
    consume(prepared, deployed, mappings) {
      const sourcing = plan.step('Kafka event source bridge', [prepared], () =>
        startEventSource(home, broker, awsOf(home)),
      )
      if (mappings === 0) return sourcing
      return plan.step('Topics consumed', [deployed, sourcing], () => allRead(home, mappings))
    },
  }
}

/** LocalStack's pollers read the streams, and a new LocalStack reads them from their beginning. */
function planKinesis(plan: Plan, home: string): PlannedLog {
  const up = plan.step('Kinesis', [], (report) => kinesis.start({ home, report }))
  return {
    context: { transport: 'kinesis' },
    up,
    ready: up,
    prepare: () => Promise.resolve(),
    consume: (_prepared, deployed, mappings) =>
      plan.step('Topics consumed', [deployed], () => allEnabled(awsOf(home), mappings)),
  }
}

const awsOf = (home: string): string => `http://127.0.0.1:${loadState(home).ports.localstack}`

async function startMsk(home: string, port: number, broker: string): Promise<void> {
  const part = await ensure(home, {
    name: 'msk',
    command: [process.execPath, join(repository, 'local', 'bridges', 'msk.ts')],
    env: { PORT: `${port}`, LODESTREAM_KAFKA: broker },
  })
  await becomeReady(home, part, () => answers(`http://127.0.0.1:${port}/`), 20_000)
}

async function startEventSource(home: string, broker: string, aws: string): Promise<void> {
  const part = await ensure(home, {
    name: 'kafka-event-source',
    command: [process.execPath, join(repository, 'local', 'bridges', 'kafka-event-source', 'main.ts')],
    env: { ...awsEnvironment(aws), LODESTREAM_KAFKA: broker, LODESTREAM_HOME: home },
  })
  await becomeReady(home, part, async () => true, 20_000)
}

/** Waits until the bridge reads for every mapping, and says which it does not read for, and why. */
async function allRead(home: string, mappings: number): Promise<void> {
  const file = join(home, 'data', 'kafka-event-source', 'mappings.json')
  const states = () => MappingStates.parse(JSON.parse(readIfThere(file) ?? '[]'))
  const isReading = ({ state }: { readonly state: string }) => state === 'reading'
  if (await eventually(() => states().filter(isReading).length >= mappings, 60_000)) return
  const others = states().filter((mapping) => !isReading(mapping))
  throw unread(others.map(({ topic, state, reason }) => [topic, state, reason].filter(Boolean).join(' ')))
}

/** Waits until LocalStack polls for every mapping of a stream. */
async function allEnabled(aws: string, mappings: number): Promise<void> {
  const client = new LambdaClient(clientSettings({ endpoint: aws }))
  try {
    const ofStreams = async () => {
      const { EventSourceMappings = [] } = await client.send(new ListEventSourceMappingsCommand({}))
      return EventSourceMappings.filter(({ EventSourceArn }) => EventSourceArn?.includes(':kinesis:'))
    }
    const enabled = async () => (await ofStreams()).filter(({ State }) => State === 'Enabled').length
    if (await eventually(async () => (await enabled()) >= mappings, 60_000)) return
    const others = (await ofStreams()).filter(({ State }) => State !== 'Enabled')
    throw unread(others.map(({ EventSourceArn, State }) => `${EventSourceArn?.split('/')[1]} ${State}`))
  } finally {
    client.destroy()
  }
}

const unread = (said: readonly string[]): Refusal =>
  new Refusal(
    `Not every topic is consumed (${said.join('; ') || 'no mapping is known'}): run lodestream down, then lodestream up.`,
  )

const MappingStates = z.array(
  z.object({ state: z.string(), topic: z.string().optional(), reason: z.string().optional() }),
)
