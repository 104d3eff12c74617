import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateStreamCommand } from '@aws-sdk/client-kinesis'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openLog } from '#adapters/event-logs/open-log.ts'
import { openSink } from '#adapters/event-logs/open-sink.ts'
import { KafkaProducer } from '#adapters/kafka/producer.ts'
import { kinesisClient } from '#adapters/kinesis/connection.ts'
import { topics } from '#domain/events/events.ts'
import { kinesis } from '#local/engines/kinesis.ts'
import { Broker } from '#test/adapters/kafka/broker.ts'
import { CommandLine } from '#test/adapters/kafka/command-line.ts'
import type { TopicState } from '../../bin/topics/lag.ts'

const TOPIC = 'market_data_raw'
let broker: Broker

beforeAll(async () => {
  broker = await Broker.start()
  await broker.create([TOPIC, 'trades_raw'], 3)
  const producer = await KafkaProducer.open({ bootstrap: broker.address }, [TOPIC])
  await producer.accept(
    Array.from({ length: 300 }, (_, i) => ({ topic: TOPIC, key: `key-${i % 30}`, value: Buffer.from('x') })),
  )
  await producer.flush()
  await producer.close()
})
afterAll(() => broker[Symbol.asyncDispose]())

const topicsOf = async (...words: string[]): Promise<readonly TopicState[]> => {
  const run = new CommandLine(['topics', '--kafka', broker.address, '--json', ...words])
  expect(await run.end()).toBe(0)
  return run.lines[0] as readonly TopicState[]
}

test('each topic with its records, and each reader with what it has not read yet', async () => {
  const [before] = await topicsOf(TOPIC)
  expect(before).toMatchObject({ topic: TOPIC, records: 300, lag: {} })
  const ends = before?.partitions?.map(({ end }) => BigInt(end)) ?? []
  expect(ends.length).toBe(3)
  const group = `lodestream-local-hot-metrics-${TOPIC}`
  await broker.withAdmin((admin) =>
    admin.alterConsumerGroupOffsets({
      groupId: group,
      topics: [
        {
          name: TOPIC,
          partitionOffsets: [
            { partition: 0, offset: ends[0] ?? 0n },
            { partition: 1, offset: 5n },
          ],
        },
      ],
    }),
  )

  const states = await topicsOf()

  expect(states.map(({ topic, partitions }) => [topic, partitions?.length ?? null])).toEqual(
    topics.map((topic) => [topic, topic === TOPIC || topic === 'trades_raw' ? 3 : null]),
  )
  const [now] = states
  const lacks = [0, Number(ends[1]) - 5, Number(ends[2])]
  expect(now?.partitions?.map(({ lag }) => lag)).toEqual(lacks.map((lag) => ({ 'hot-metrics': lag })))
  expect(now?.lag).toEqual({ 'hot-metrics': lacks.reduce((sum, lag) => sum + lag) })
})

test('a person reads a table', async () => {
  const run = new CommandLine(['topics', '--kafka', broker.address, '--partitions', TOPIC])
  expect(await run.end()).toBe(0)
  const lines = run.output.trimEnd().split('\n')
  expect(lines[0]).toMatch(/^topic +partition +earliest +end +records/)
  expect(lines.slice(1, 4).map((line) => line.split(/ +/).slice(0, 3))).toEqual([
    [TOPIC, '0', '0'],
    [TOPIC, '1', '0'],
    [TOPIC, '2', '0'],
  ])
})

test('streams of Kinesis with their sequence numbers, and the word that nobody knows who is behind', async () => {
  const home = await mkdtemp(join(tmpdir(), 'lodestream-topics-'))
  onTestFinished(() => rm(home, { recursive: true }))
  const endpoint = await kinesis.start({ home })
  onTestFinished(() => kinesis.stop({ home }))
  const client = kinesisClient({ endpoint })
  onTestFinished(() => client.destroy())
  await client.send(new CreateStreamCommand({ StreamName: TOPIC, ShardCount: 1 }))
  const log = await openLog({ transport: 'kinesis', endpoint })
  onTestFinished(() => log.close())
  await expect.poll(() => log.bounds({ topic: TOPIC, partition: 0 }), { timeout: 10_000 }).toBeDefined()
  const sink = await openSink({ transport: 'kinesis', endpoint }, [TOPIC])
  await sink.accept([{ topic: TOPIC, key: 'k', value: Buffer.from('x') }])
  await sink.flush()
  await sink.close()
  const { end } = await log.bounds({ topic: TOPIC, partition: 0 })

  const run = new CommandLine(['topics', '--stage', 'dev', '--partitions'], { AWS_ENDPOINT_URL: endpoint })

  expect(await run.end()).toBe(0)
  const [, first = '', second = ''] = run.output.split('\n')
  expect(first.split(/ +/)).toEqual([TOPIC, '0', '0', String(end), '–'])
  expect(second.split(/ +/).slice(0, 3)).toEqual(['trades_raw', 'not', 'there'])
  expect(run.output).toContain('IteratorAge')
})

test.each([
  [['--kafka', '127.0.0.1:1'], 'Kafka at 127.0.0.1:1 cannot be reached (ECONNREFUSED)'],
  [['tape'], 'There is no topic tape'],
  [['--stage', 'prod'], 'stand in its own network'],
  [['--iam'], 'name that with --kafka'],
])('%j is refused in a sentence', async (words, says) => {
  const run = new CommandLine(['topics', ...words])
  expect(await run.end()).toBe(1)
  expect(run.errors).toContain(says)
  expect(run.errors).not.toContain('    at ')
})
