import { expect, test } from 'vitest'
import { decodeRecords } from '#adapters/avro/decode-records.ts'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { deliveriesOf } from '#adapters/event-sources/log-records.ts'
import { tick } from '#domain/events/tick.ts'
import { paddedOffset, parsePlace, placeText } from '#domain/lake/quarantine.ts'
import { type Held, judge, redeliveriesOf } from '#domain/lake/release.ts'
import type { QuarantineRow } from '#domain/lake/rows.ts'
import { tickOf } from '#test/lambdas/api/market.ts'

const row = (offset: string, partition = 0): QuarantineRow => ({
  topic: 'market_data_raw',
  partition,
  offset: paddedOffset(offset),
  appended_at: '2026-11-20T12:00:00.123Z',
  quarantined_at: '2026-11-20T12:00:01.000Z',
  stage: 'contract',
  code: 'price_not_positive',
  reason: 'price: -3 is not positive',
  ingest_date: '2026-11-20',
})
const encode = encoderOf(tick)
const good = (): Uint8Array => encode(tickOf('BTCUSDT', Date.UTC(2026, 10, 20, 12), '1'))

test.each([
  ['market_data_raw/1/42', { topic: 'market_data_raw', partition: 1, offset: '00000000000000000042' }],
  [
    'market_data_raw/1/00000000000000000042',
    { topic: 'market_data_raw', partition: 1, offset: '00000000000000000042' },
  ],
  ['market_data_raw/1', undefined],
  ['market_data_raw/x/1', undefined],
  ["a'b/1/1", undefined],
])('%s is the place %j', (text, place) => {
  expect(parsePlace(text)).toEqual(place)
})

test("Kinesis's sequence numbers keep their 56 digits", () => {
  const digits = '49590338271490256608559692538361571095921575989136588898'
  expect(paddedOffset(digits)).toBe(digits)
  expect(paddedOffset(digits.slice(0, 30))).toHaveLength(56)
  expect(placeText(row(digits))).toBe(`market_data_raw/0/${digits}`)
})

test("today's contracts judge each record, in the order of the asking", async () => {
  const held = [
    { row: row('1'), value: Buffer.from('nonsense') },
    { row: row('2'), value: good() },
  ]
  const verdicts = await judge(held, decodeRecords)
  expect(verdicts.map((verdict) => ('code' in verdict ? verdict.code : verdict.id))).toEqual([
    'no_frame',
    expect.stringMatching(/^tick\|/),
  ])
})

test('what is delivered again is what came, at its own place and time', () => {
  const held = [
    { row: row('7', 1), value: good() },
    { row: row('9', 1), value: Buffer.from([0, 255]) },
    { row: row('3', 0), value: Buffer.from('{}') },
  ]
  const [redelivery, ...others] = redeliveriesOf(held)
  expect(others).toEqual([])
  const records = deliveriesOf(structuredClone(redelivery?.event)).flatMap((delivery) => delivery.records)
  expect(records).toEqual(
    held.map(({ row: { topic, partition, offset }, value }) => ({
      topic,
      partition,
      offset: BigInt(offset),
      appendedAt: Date.parse('2026-11-20T12:00:00.123Z'),
      value: Buffer.from(value),
    })),
  )
})

test("Kinesis's records come in Kinesis's shape", () => {
  const digits = '49590338271490256608559692538361571095921575989136588898'
  const [redelivery] = redeliveriesOf([{ row: row(digits, 2), value: Buffer.from('x') }])
  const [delivery] = deliveriesOf(redelivery?.event)
  expect(delivery).toMatchObject({ topic: 'market_data_raw', partition: 2, contiguous: false })
  expect(delivery?.records).toMatchObject([{ offset: BigInt(digits), appendedAt: 1_795_176_000_123 }])
})

test('no delivery is larger than a function takes', () => {
  const held: Held[] = Array.from({ length: 40 }, (_, i) => ({ row: row(String(i)), value: Buffer.alloc(700_000, 1) }))
  const redeliveries = redeliveriesOf(held)
  expect(redeliveries.flatMap(({ records }) => records)).toEqual(held)
  for (const { event } of redeliveries) expect(JSON.stringify(event).length).toBeLessThan(6_000_000)
  expect(redeliveries.length).toBeLessThan(20)
})
