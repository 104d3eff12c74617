import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Admin, Consumer, Producer } from '@platformatic/kafka'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { kafka } from '#local/engines/kafka.ts'
import { BridgeProcess, until } from '#test/local/kafka-event-source/bridge-process.ts'
import { type DeliveredEvent, LambdaApi, mappingAnswer } from '#test/local/kafka-event-source/lambda-api.ts'

const home = mkdtempSync(join(tmpdir(), 'lodestream-esm-'))
const place = { home }
let broker = ''
let admin: Admin
let producer: Producer
let api: LambdaApi
let bridges: BridgeProcess[] = []
let topic = ''
let sequence = 0

beforeAll(async () => {
  broker = await kafka.start(place)
  admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker] })
  producer = new Producer({ clientId: 'test', bootstrapBrokers: [broker] })
}, 120_000)

afterAll(async () => {
  await admin?.close()
  await producer?.close()
  await kafka.stop(place)
  rmSync(home, { recursive: true, force: true })
})

beforeEach(async () => {
  topic = `events_${++sequence}`
  await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 })
  api = new LambdaApi()
  await api.start()
})

afterEach(async () => {
  await Promise.all(bridges.map((bridge) => bridge.stop()))
  bridges = []
  await api.stop()
})

describe('deliveries', () => {
  it('come in the shape that AWS gives them', async () => {
    await producer.send({
      messages: [
        {
          topic,
          partition: 1,
          key: Buffer.from('AAPL'),
          value: Buffer.from('hällo'),
          timestamp: 1_700_000_000_123n,
          headers: new Map([[Buffer.from('trace'), Buffer.from([0x7f, 0x80, 0xff])]]),
        },
        { topic, partition: 1, value: Buffer.from('keyless'), timestamp: 1_700_000_000_124n },
      ],
      acks: -1,
    })
    const events: DeliveredEvent[] = []
    api.answer = (event) => {
      events.push(event)
      return { result: { batchItemFailures: [] } }
    }
    start()
    await delivered(2)
    expect(events).toEqual([
      {
        eventSource: 'aws:kafka',
        eventSourceArn: mappingAnswer({}).EventSourceArn,
        bootstrapServers: broker,
        records: {
          [`${topic}-1`]: [
            {
              topic,
              partition: 1,
              offset: 0,
              timestamp: 1_700_000_000_123,
              timestampType: 'CREATE_TIME',
              key: 'QUFQTA==',
              value: 'aMOkbGxv',
              headers: [{ trace: [127, -128, -1] }],
            },
            {
              topic,
              partition: 1,
              offset: 1,
              timestamp: 1_700_000_000_124,
              timestampType: 'CREATE_TIME',
              value: 'a2V5bGVzcw==',
              headers: [],
            },
          ],
        },
      },
    ])
  })

  it('keep to the batch size and to one invocation at a time a partition, in order', async () => {
    await produce(0, 250)
    await produce(1, 250)
    start({ BatchSize: 40 })
    await delivered(500)
    expect(Math.max(...api.calls.map(({ records }) => records.length))).toBe(40)
    expect(api.overlaps).toEqual(new Set())
    expect(of(0)).toEqual(upTo(250))
    expect(of(1)).toEqual(upTo(250))
  })

  it('wait for their window, and not for a full batch', async () => {
    const bridge = start({ MaximumBatchingWindowInSeconds: 1 })
    await until(
      () => bridge.said('reading').length > 0,
      () => 'it does not read',
    )
    const began = performance.now()
    await produce(0, 3)
    await delivered(3)
    expect((api.calls[0]?.began ?? 0) - began).toBeGreaterThan(900)
    expect(api.calls).toHaveLength(1)
  })
})

describe('a restart', () => {
  it('goes on behind what was committed', async () => {
    await produce(0, 10)
    const first = start()
    await delivered(10)
    expect(await first.stop()).toBe(0)
    await produce(0, 5)
    start()
    await delivered(15)
    expect(of(0)).toEqual(upTo(15))
  })

  it('after a kill redelivers what was in flight, and loses nothing', async () => {
    await produce(0, 10)
    api.answer = () => new Promise(() => undefined)
    const first = start()
    await until(
      () => api.calls.length === 1,
      () => 'nothing is in flight',
    )
    await first.kill()
    api.answer = () => ({ result: null })
    start()
    await delivered(20)
    expect(of(0)).toEqual([...upTo(10), ...upTo(10)])
  })

  it('asked for politely lets the invocation in flight finish, and commits it', async () => {
    await produce(0, 10)
    const { promise, resolve: finish } = Promise.withResolvers<{ result: null }>()
    api.answer = () => promise
    const bridge = start()
    await until(
      () => api.calls.length === 1,
      () => 'nothing is in flight',
    )
    const exit = bridge.stop()
    await produce(0, 1)
    finish({ result: null })
    expect(await exit).toBe(0)
    expect(await committed(0)).toBe(10n)
  })
})

function start(parameters: Record<string, unknown> = {}, environment: Record<string, string> = {}): BridgeProcess {
  if (api.mappings.length === 0) api.mappings = [mapping(parameters)]
  const bridge = new BridgeProcess({
    LODESTREAM_KAFKA: broker,
    AWS_ENDPOINT_URL: api.endpoint,
    LODESTREAM_HOME: home,
    ...environment,
  })
  bridges.push(bridge)
  return bridge
}

function mapping(parameters: Record<string, unknown>): Record<string, unknown> {
  return mappingAnswer({
    UUID: topic,
    Topics: [topic],
    AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: `group-${topic}` },
    ...parameters,
  })
}

async function produce(partition: number, count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, index) => ({
    topic,
    partition,
    key: Buffer.from('k'),
    value: Buffer.from(String(index)),
  }))
  await producer.send({ messages, acks: -1 })
}

async function delivered(count: number): Promise<void> {
  await until(
    () => api.delivered().length >= count,
    () =>
      `${api.delivered().length} of ${count} delivered; ${JSON.stringify(bridges.at(-1)?.lines)} ${bridges.at(-1)?.errors}`,
  )
}

function of(partition: number): number[] {
  return api.calls.flatMap(({ records }) =>
    records.filter((record) => record.partition === partition).map(({ offset }) => offset),
  )
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}

async function committed(partition: number): Promise<bigint | undefined> {
  const consumer = new Consumer({ clientId: 'test-offsets', groupId: `group-${topic}`, bootstrapBrokers: [broker] })
  try {
    return (await consumer.listCommittedOffsets({ topics: [{ topic, partitions: [0, 1] }] })).get(topic)?.[partition]
  } finally {
    await consumer.close()
  }
}
