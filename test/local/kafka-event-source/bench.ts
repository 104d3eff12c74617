// What the event source costs, measured through real Kafka and LocalStack's real Lambda:
//   node test/local/kafka-event-source/bench.ts [records to drain, default 400000]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  DeleteEventSourceMappingCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda'
import { Admin, Producer } from '@platformatic/kafka'
import { LocalAws } from '#local/bridges/kafka-event-source/aws.ts'
import { encodeRecord, eventText } from '#local/bridges/kafka-event-source/event.ts'
import { invokeOverHttp } from '#local/bridges/kafka-event-source/invoke.ts'
import { parseMapping } from '#local/bridges/kafka-event-source/mapping.ts'
import { kafka } from '#local/engines/kafka.ts'
import { localstack } from '#local/engines/localstack.ts'
import { portFor } from '#local/ports.ts'
import { BridgeProcess, until } from './bridge-process.ts'
import { zipOf } from './function-zip.ts'
import { mappingAnswer } from './lambda-api.ts'

let mapped = ''
let running: BridgeProcess | undefined
const total = Number(process.argv[2] ?? 400_000)
const place = { home: mkdtempSync(join(tmpdir(), 'lodestream-esm-bench-')) }
const seen = join(place.home, 'seen')
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
const value = Buffer.from(
  JSON.stringify({
    symbol: 'BTCUSDT',
    price: '39432.48',
    quantity: '0.071596',
    traded_at: 1_610_064_000_123,
    note: 'x'.repeat(60),
  }),
)

/** Decodes every value, as a consumer must, and notes when each batch came. */
const code = `
import { appendFileSync } from 'node:fs'
export async function handler(event) {
  const now = Date.now()
  const records = Object.values(event.records).flat()
  for (const r of records) JSON.parse(Buffer.from(r.value, 'base64').toString())
  if (records.length) appendFileSync(process.env.SEEN, records.map((r) => now + ' ' + r.timestamp + '\\n').join(''))
  return null
}
`

const broker = await kafka.start(place)
for (const part of ['elasticache', 'msk']) await portFor(place.home, part)
const endpoint = await localstack.start(place)
const lambda = new LambdaClient({ endpoint, region: 'us-east-1', credentials })
const aws = new LocalAws(endpoint, 'us-east-1')
try {
  const role = 'arn:aws:iam::000000000000:role/hot'
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'hot',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: role,
      Timeout: 60,
      Code: { ZipFile: zipOf('index.mjs', code) },
      Environment: { Variables: { SEEN: seen } },
    }),
  )
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 60 }, { FunctionName: 'hot' })
  process.stdout.write(`${availableParallelism()} cores\n`)
  await invocations()
  for (const rate of [200, 1_000, 5_000]) await latency(rate, 8)
  for (const batch of [1_000, 5_000]) await drain(batch)
} finally {
  await running?.stop()
  aws.close()
  await localstack.stop(place)
  await kafka.stop(place)
  rmSync(place.home, { recursive: true, force: true })
}

/** The invocation alone: from the event's text to the function's answer. */
async function invocations(): Promise<void> {
  const mapping = parseMapping(mappingAnswer({ BatchSize: 10_000 }), Date.now())
  const invoke = invokeOverHttp(aws)
  for (const size of [0, 100, 1_000, 5_000]) {
    const fields = {
      topic: mapping.topic,
      partition: 0,
      timestamp: Date.now(),
      timestampType: 'CREATE_TIME' as const,
      key: Buffer.from('BTCUSDT'),
      value,
      headers: [],
    }
    const records = Array.from({ length: size }, (_, offset) => encodeRecord({ ...fields, offset: BigInt(offset) }))
    const event = eventText(mapping, broker, records)
    const times: number[] = []
    for (let n = 0; n < 220; n++) {
      const began = performance.now()
      const { outcome } = await invoke(mapping, event, records)
      if (outcome.kind !== 'returned') throw new Error(`An invocation was ${outcome.kind}.`)
      if (n >= 20) times.push(performance.now() - began)
    }
    process.stdout.write(`invoke ${size} records, ${(event.length / 1e6).toFixed(2)} MB: ${quantiles(times)}\n`)
  }
}

/** From produce to the function's first line, at a steady rate over four partitions. */
async function latency(rate: number, seconds: number): Promise<void> {
  const topic = await createTopic(`latency_${rate}`)
  const producer = new Producer({ clientId: 'bench', bootstrapBrokers: [broker] })
  const bridge = await reading(topic, 1_000)
  const count = rate * (seconds + 2)
  const began = performance.now()
  const sends: Promise<unknown>[] = []
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, Math.floor(((performance.now() - began) / 1000) * rate))
    const messages = Array.from({ length: due - sent }, (_, n) => ({
      topic,
      partition: (sent + n) % 4,
      key: Buffer.from('BTCUSDT'),
      value,
      timestamp: BigInt(Date.now()),
    }))
    if (messages.length > 0) sends.push(producer.send({ messages, acks: -1 }))
    sent = due
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await Promise.all(sends)
  await until(
    () => handled() >= count,
    () => `${handled()} of ${count}`,
    60_000,
  )
  const delays = readFileSync(seen, 'utf8')
    .trim()
    .split('\n')
    .slice(2 * rate)
    .map((line) => {
      const [came = 0, sent = 0] = line.split(' ').map(Number)
      return came - sent
    })
  process.stdout.write(`produce → function at ${rate}/s: ${quantiles(delays)}\n`)
  await producer.close()
  await ended(bridge)
}

/** How fast a topic that is full is delivered. */
async function drain(batch: number): Promise<void> {
  const topic = await createTopic(`drain_${batch}`)
  const producer = new Producer({ clientId: 'bench', bootstrapBrokers: [broker] })
  for (let from = 0; from < total; from += 4_000)
    await producer.send({
      messages: Array.from({ length: 4_000 }, (_, n) => ({
        topic,
        partition: n % 4,
        key: Buffer.from('BTCUSDT'),
        value,
      })),
      acks: 1,
    })
  await producer.close()
  const bridge = await reading(topic, batch)
  const began = Date.parse(String(bridge.said('reading')[0]?.at))
  await until(
    () => handled() >= total,
    () => `${handled()} of ${total}`,
    120_000,
  )
  const last = Number(readFileSync(seen, 'utf8').trimEnd().split('\n').at(-1)?.split(' ')[0])
  process.stdout.write(
    `drain in batches of ${batch}: ${Math.round(total / ((last - began) / 1000))} records/s over ${total}\n`,
  )
  await ended(bridge)
}

async function reading(topic: string, batch: number): Promise<BridgeProcess> {
  rmSync(seen, { force: true })
  const bridge = new BridgeProcess({
    LODESTREAM_KAFKA: broker,
    AWS_ENDPOINT_URL: endpoint,
    LODESTREAM_HOME: place.home,
  })
  const { UUID } = await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: 'hot',
      EventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/lodestream/1',
      Topics: [topic],
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: batch,
      MaximumBatchingWindowInSeconds: 0,
      ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 4 },
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: `group-${topic}` },
    }),
  )
  mapped = UUID ?? ''
  await until(
    () => bridge.said('reading').length > 0,
    () => JSON.stringify(bridge.lines),
  )
  return bridge
}

async function ended(bridge: BridgeProcess): Promise<void> {
  await bridge.stop()
  running = undefined
  await lambda.send(new DeleteEventSourceMappingCommand({ UUID: mapped }))
}

async function createTopic(topic: string): Promise<string> {
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: [broker] })
  await admin.createTopics({ topics: [topic], partitions: 4, replicas: 1 })
  await admin.close()
  return topic
}

function handled(): number {
  return readFileSync(seen, { encoding: 'latin1', flag: 'a+' }).split('\n').length - 1
}

function quantiles(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (q: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN).toFixed(1)
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`
}
