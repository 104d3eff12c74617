import { PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { expect, onTestFinished, test } from 'vitest'
import { KinesisLog } from '#adapters/kinesis/log.ts'
import { ShardReader } from '#adapters/kinesis/shard-reader.ts'
import type { LogRecord } from '#domain/ports.ts'
import { KinesisServer } from './kinesis-server.ts'

const PARTITION = { topic: 's', partition: 0 }
const DAY_MS = 24 * 3_600_000

async function scene() {
  const server = await KinesisServer.start()
  onTestFinished(() => server[Symbol.asyncDispose]())
  await server.create('s', 1)
  const log = new KinesisLog({ endpoint: server.endpoint }, server.clock.now)
  onTestFinished(() => log.close())
  return { server, log, connection: { endpoint: server.endpoint } }
}

const put = (server: KinesisServer, ...texts: readonly string[]) =>
  server.client.send(
    new PutRecordsCommand({
      StreamName: 's',
      Records: texts.map((text) => ({ PartitionKey: 'k', Data: Buffer.from(text) })),
    }),
  )

const text = ({ value }: LogRecord): string => Buffer.from(value).toString()

async function texts(log: KinesisLog, from: bigint, end: bigint): Promise<readonly string[]> {
  const found: string[] = []
  for await (const batch of log.read(PARTITION, from, end)) found.push(...batch.map(text))
  return found
}

test('sequence numbers that a double holds for one are two', async () => {
  const { server, log } = await scene()
  await put(server, 'a', 'b')
  const { end } = await log.bounds(PARTITION)
  const [first = 0n, second = 0n] = (await collect(log, end)).map(({ offset }) => offset)
  expect(end).toBe(second + 1n)
  expect(first).toBeGreaterThan(2n ** 64n)
  expect(Number(first)).toBe(Number(second))
  expect(await texts(log, first, second)).toEqual(['a'])
  expect(await texts(log, first + 1n, end)).toEqual(['b'])
})

const collect = async (log: KinesisLog, end: bigint): Promise<readonly LogRecord[]> => {
  const found: LogRecord[] = []
  for await (const batch of log.read(PARTITION, 0n, end)) found.push(...batch)
  return found
}

test('a number that the shard never gave begins at the first record after it', async () => {
  const { server, log } = await scene()
  await put(server, 'a', 'b', 'c')
  const { end } = await log.bounds(PARTITION)
  expect(await texts(log, 12_345n, end)).toEqual(['a', 'b', 'c'])
  const [, second] = await collect(log, end)
  expect(await texts(log, (second?.offset ?? 0n) - 77n, end)).toEqual(['b', 'c'])
})

test('an iterator that expired is replaced by one after the last record', async () => {
  const { server, connection } = await scene()
  await put(server, 'a', 'b')
  const reader = new ShardReader(server.client, connection, PARTITION, 'earliest')
  expect((await reader.next()).records.map(text)).toEqual(['a', 'b'])
  server.clock.pass(6 * 60_000)
  await put(server, 'c')
  expect((await reader.next()).records.map(text)).toEqual(['c'])
})

test('a shard that gives no more this second is asked again', async () => {
  const { server, connection } = await scene()
  await put(server, 'a')
  const readers = Array.from({ length: 8 }, () => new ShardReader(server.client, connection, PARTITION, { from: 0n }))
  const read = await Promise.all(readers.map((reader) => reader.next()))
  expect(read.map(({ records }) => records.map(text))).toEqual(readers.map(() => ['a']))
})

test('the log begins at 0 as long as nothing has left it, then at the first record that is left', async () => {
  const { server, log } = await scene()
  await put(server, 'a', 'b')
  const before = await log.bounds(PARTITION)
  expect(before.earliest).toBe(0n)
  server.clock.pass(DAY_MS)
  await put(server, 'c')
  const after = await log.bounds(PARTITION)
  expect(after.earliest).toBeGreaterThanOrEqual(before.end)
  expect(after.end).toBe(after.earliest + 1n)
  expect(await texts(log, 0n, after.end)).toEqual(['c'])
  server.clock.pass(2 * DAY_MS)
  expect(await log.bounds(PARTITION)).toEqual({ earliest: 0n, end: 0n })
})

test('a partition that the stream does not have is none', async () => {
  const { log } = await scene()
  await expect(log.bounds({ topic: 's', partition: 7 })).rejects.toThrow('s has no partition 7: it has 1 shards')
})
