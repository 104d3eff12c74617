import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { tick } from '#domain/events/tick.ts'
import { validEvent } from '#test/contracts/bad-ticks.ts'
import { seeded, seedOf } from '#test/contracts/random.ts'
import { DeliveryStreams } from './delivery-streams.ts'

const random = seeded(seedOf('lake-landing'))
const encode = encoderOf(tick)
const streams = new DeliveryStreams()
let handler: (event: unknown) => Promise<{ batchItemFailures: readonly { itemIdentifier: unknown }[] }>

beforeAll(async () => {
  const environment = {
    AWS_ENDPOINT_URL: await streams.start(),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    BRONZE_STREAM: 'bronze',
    QUARANTINE_STREAM: 'quarantine',
    LAKE_BUCKET: 'lake',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  ;({ handler } = await import('#lambdas/lake-landing/handler.ts'))
})

beforeEach(() => {
  streams.refused = undefined
  for (const stream of Object.keys(streams.lines)) delete streams.lines[stream]
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await streams.stop()
})

const kafkaRecord = (partition: number, offset: number, value = encode(validEvent(tick, random))) => ({
  topic: 'market_data_raw',
  partition,
  offset,
  timestamp: 1_795_190_400_000,
  value: value.toString('base64'),
})

const placesIn = (stream: string) =>
  (streams.lines[stream] ?? [])
    .map((line) => JSON.parse(line))
    .map(({ partition, offset }) => [partition, Number(offset)])

test('of a Kafka delivery the partition that cannot land is named record by record, and no other', async () => {
  streams.refused = '"partition":1,'
  const records = {
    'market_data_raw-0': [kafkaRecord(0, 7), kafkaRecord(0, 8, Buffer.from('no event'))],
    'market_data_raw-1': [kafkaRecord(1, 4), kafkaRecord(1, 5)],
  }
  expect(await handler({ eventSource: 'aws:kafka', records })).toEqual({
    batchItemFailures: [4, 5].map((offset) => ({ itemIdentifier: { partition: 'market_data_raw-1', offset } })),
  })
  expect(placesIn('bronze')).toEqual([[0, 7]])
  expect(placesIn('quarantine')).toEqual([[0, 8]])
})

test('of a Kinesis delivery the shard that cannot land is named by sequence number', async () => {
  const sequence = '49590338271490256608559692538361571095921575989136588898'
  const event = {
    Records: [
      {
        eventSource: 'aws:kinesis',
        eventID: `shardId-000000000002:${sequence}`,
        eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/market_data_raw',
        kinesis: {
          sequenceNumber: sequence,
          approximateArrivalTimestamp: 1_795_190_400.5,
          data: encode(validEvent(tick, random)).toString('base64'),
        },
      },
    ],
  }
  streams.refused = sequence
  expect(await handler(event)).toEqual({ batchItemFailures: [{ itemIdentifier: sequence }] })
  streams.refused = undefined
  expect(await handler(event)).toEqual({ batchItemFailures: [] })
  expect(streams.lines.bronze?.[0]).toContain(`"offset":"${sequence}"`)
})
