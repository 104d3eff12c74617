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

test('a record arrived in the millisecond that it arrived in, whatever a double makes of its seconds', () => {
  const moments = Array.from({ length: 5_000 }, (_, i) => 1_763_741_000_000 + i * 7)
  const [delivery] = deliveriesOf({ Records: moments.map((moment, number) => record(number, moment)) })
  expect(delivery?.records.map(({ appendedAt }) => appendedAt)).toEqual(moments)
})
