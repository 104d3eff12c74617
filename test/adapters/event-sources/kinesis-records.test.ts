import { expect, test } from 'vitest'
import { deliveriesOf, type KinesisEventRecord } from '#adapters/event-sources/log-records.ts'

const first = 49_001_795_277_288_981_000_002_000_000_000_000_000_000_002_419_060_563_820n

const record = (number: number, arrivedAt: number): KinesisEventRecord => ({
  eventSource: 'aws:kinesis',
  eventID: `shardId-000000000002:${first + BigInt(number)}`,
  eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/market_data_raw',
  kinesis: {
    sequenceNumber: String(first + BigInt(number)),
    approximateArrivalTimestamp: arrivedAt / 1000,
    data: Buffer.from(`n${number}`).toString('base64'),
  },
})

test('a batch of Kinesis is its shard, in exact numbers, and a record that failed is named by its own', () => {
  const [delivery, ...others] = deliveriesOf({ Records: [record(0, 1), record(1, 2)] })
  expect(others).toEqual([])
  expect(delivery).toMatchObject({ topic: 'market_data_raw', partition: 2, contiguous: false })
  expect(delivery?.records.map(({ offset }) => offset)).toEqual([first, first + 1n])
  const [, second] = delivery?.records ?? []
  expect(second && delivery?.failureAt(second)).toEqual({ itemIdentifier: String(first + 1n) })
})

test('a record arrived when the log says it did, which has whole milliseconds', () => {
  const [delivery] = deliveriesOf({ Records: [record(0, 1_763_741_000_000.6), record(1, 1_763_741_000_123)] })
  expect(delivery?.records.map(({ appendedAt }) => appendedAt)).toEqual([1_763_741_000_001, 1_763_741_000_123])
})
