import { mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { answer } from '#local/bridges/kinesis/api.ts'
import { Streams } from '#local/bridges/kinesis/streams.ts'

const NOW = 1_760_000_000_000

function scene() {
  const folder = mkdtempSync(join(tmpdir(), 'lodestream-kinesis-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const streams = new Streams(folder, NOW)
  answer(streams, 'CreateStream', { StreamName: 's', ShardCount: 2 }, NOW)
  return { folder, streams }
}

const entry = (bytes: number, key = 'k') => ({ PartitionKey: key, Data: Buffer.alloc(bytes, 7).toString('base64') })
const entries = (count: number, bytes = 10) => Array.from({ length: count }, () => entry(bytes))

const Answers = z.object({
  FailedRecordCount: z.number(),
  Records: z.array(z.object({ ShardId: z.string().optional(), ErrorCode: z.string().optional() })),
})
const put = (streams: Streams, Records: readonly object[], now = NOW) =>
  Answers.parse(answer(streams, 'PutRecords', { StreamName: 's', Records }, now))

const shardOf = (streams: Streams) => put(streams, [entry(1)]).Records[0]?.ShardId ?? ''

const iterator = (streams: Streams, how: object, now = NOW) =>
  z
    .object({ ShardIterator: z.string() })
    .parse(
      answer(
        streams,
        'GetShardIterator',
        { StreamName: 's', ShardId: shardOf(streams), ShardIteratorType: 'TRIM_HORIZON', ...how },
        now,
      ),
    ).ShardIterator

const Read = z.object({
  Records: z.array(z.object({ SequenceNumber: z.string(), ApproximateArrivalTimestamp: z.number() })),
  NextShardIterator: z.string(),
  MillisBehindLatest: z.number(),
})
const read = (streams: Streams, ShardIterator: string, now = NOW, Limit = 10_000) =>
  Read.parse(answer(streams, 'GetRecords', { ShardIterator, Limit }, now))

test('refuses calls of more than 500 records or 10 MiB, records above 1 MiB, keys that are empty or above 256', () => {
  const { streams } = scene()
  const largest = 2 ** 20 - 1
  expect(() => put(streams, entries(501))).toThrow('Records')
  expect(() => put(streams, [])).toThrow('Records')
  expect(() => put(streams, [entry(largest + 1)])).toThrow('A record of 1048577 bytes')
  expect(() => put(streams, entries(11, largest))).toThrow('Records of 11534336 bytes')
  expect(() => put(streams, [entry(1, 'k'.repeat(257))])).toThrow('PartitionKey')
  expect(() => put(streams, [entry(1, '')])).toThrow('PartitionKey')
  expect(put(streams, [entry(largest)]).FailedRecordCount).toBe(0)
})

test('a shard takes 1,000 records a second, and refuses what is more by itself', () => {
  const { streams } = scene()
  put(streams, entries(500))
  expect(put(streams, entries(499)).FailedRecordCount).toBe(0)
  const { FailedRecordCount, Records } = put(streams, entries(5))
  expect(FailedRecordCount).toBe(4)
  expect(Records.map(({ ErrorCode }) => ErrorCode)).toEqual([
    undefined,
    ...Array.from({ length: 4 }, () => 'ProvisionedThroughputExceededException'),
  ])
  expect(put(streams, entries(100), NOW + 100).FailedRecordCount).toBe(0)
  expect(put(streams, entries(1), NOW + 100).FailedRecordCount).toBe(1)
})

test('a shard takes 1 MiB a second', () => {
  const { streams } = scene()
  expect(put(streams, entries(3, 400_000)).FailedRecordCount).toBe(1)
  expect(put(streams, entries(1, 400_000), NOW + 1_000).FailedRecordCount).toBe(0)
})

test('a shard answers five reads a second, of 2 MiB together on the long run', () => {
  const { streams } = scene()
  const at = iterator(streams, {})
  for (let i = 0; i < 5; i += 1) read(streams, at)
  expect(() => read(streams, at)).toThrow('Rate exceeded')
  read(streams, at, NOW + 200)
  for (let second = 1; second < 6; second += 1) put(streams, [entry(1_000_000)], NOW + second * 1_000)
  expect(read(streams, at, NOW + 10_000).Records).toHaveLength(6)
  expect(() => read(streams, at, NOW + 11_000)).toThrow('Rate exceeded')
  read(streams, at, NOW + 12_000)
})

test('an iterator is good for five minutes, and for its own stream', () => {
  const { streams } = scene()
  const at = iterator(streams, {})
  read(streams, at, NOW + 300_000)
  expect(() => read(streams, at, NOW + 300_001)).toThrow('good for five')
  answer(streams, 'DeleteStream', { StreamName: 's' }, NOW)
  expect(() => read(streams, at)).toThrow('not found')
  answer(streams, 'CreateStream', { StreamName: 's', ShardCount: 2 }, NOW + 1)
  expect(() => read(streams, at)).toThrow('Invalid ShardIterator')
})

test('begins at, after, at the end, or since, and says how far behind the newest record that is', () => {
  const { streams } = scene()
  put(streams, entries(2), NOW + 1_000)
  put(streams, entries(2), NOW + 5_000)
  const numbers = read(streams, iterator(streams, {})).Records.map(({ SequenceNumber }) => SequenceNumber)
  const from = (how: object) => read(streams, iterator(streams, how), NOW + 9_000).Records.length
  const all = numbers.length
  const StartingSequenceNumber = numbers[1]
  expect(from({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber })).toBe(all)
  expect(from({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber })).toBe(all)
  expect(from({ ShardIteratorType: 'LATEST' })).toBe(0)
  expect(() => from({ ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: '17' })).toThrow('17 is no')
  const first = read(streams, iterator(streams, {}), NOW + 20_000, 1)
  expect(first.MillisBehindLatest).toBe(20_000 - 1_000)
})

test('a stream stands after a restart, but for what was half written', () => {
  const { folder, streams } = scene()
  put(streams, entries(3))
  const shard = shardOf(streams)
  streams.close()
  truncateSync(join(folder, 's', `${shard}.log`), 3 * (14 + 1 + 10) + 15)
  const again = new Streams(folder, NOW)
  expect(read(again, iterator(again, {})).Records).toHaveLength(4)
  expect(() => answer(again, 'CreateStream', { StreamName: 's', ShardCount: 1 }, NOW)).toThrow('already exists')
  again.close()
})

test('offers no resharding, no streams on demand and no consumers of their own', () => {
  const { streams } = scene()
  for (const operation of ['UpdateShardCount', 'SplitShard', 'MergeShards', 'RegisterStreamConsumer'])
    expect(() => answer(streams, operation, { StreamName: 's' }, NOW)).toThrow(`${operation} is not answered here`)
  const onDemand = { StreamName: 'd', ShardCount: 1, StreamModeDetails: { StreamMode: 'ON_DEMAND' } }
  expect(() => answer(streams, 'CreateStream', onDemand, NOW)).toThrow('StreamMode')
})

test('keeps records from a day to a year', () => {
  const { streams } = scene()
  const increase = (RetentionPeriodHours: number) =>
    answer(streams, 'IncreaseStreamRetentionPeriod', { StreamName: 's', RetentionPeriodHours }, NOW)
  increase(168)
  expect(() => increase(24)).toThrow('24 hours are no increase from 168')
  expect(() => increase(8_761)).toThrow('RetentionPeriodHours')
})
