import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tick } from '#domain/events/tick.ts'
import { parserOf } from '#domain/events/to-zod.ts'
import { bronzeRow, quarantineRow, rowTime } from '#domain/lake/to-rows.ts'
import type { LogRecord } from '#domain/ports.ts'
import { validEvent } from '#test/contracts/bad-ticks.ts'
import { seeded, seedOf } from '#test/contracts/random.ts'

const seed = seedOf('to-rows')
const APPENDED_AT = Date.UTC(2026, 10, 20, 23, 59, 59, 999)
const record = (change: Partial<LogRecord> = {}): LogRecord => ({
  topic: 'market_data_raw',
  partition: 3,
  offset: 42n,
  appendedAt: APPENDED_AT,
  value: Buffer.from('x'),
  ...change,
})

test('an event becomes a row that holds all of it', () => {
  const event = validEvent(tick, seeded(seed), { price: 3_943_248_000_001n, traded_at: APPENDED_AT - 86_400_000 })
  const { payload, ...row } = bronzeRow({ event, id: 'tick|a', at: APPENDED_AT - 86_400_000, record: record() })
  expect(row).toEqual({
    event_id: 'tick|a',
    occurred_at: '2026-11-19 23:59:59.999',
    received_at: rowTime(event.received_at),
    schema_version: tick.version,
    topic: 'market_data_raw',
    partition: 3,
    offset: '00000000000000000042',
    appended_at: '2026-11-20 23:59:59.999',
    ingest_date: '2026-11-20',
    event_type: 'tick',
  })
  expect(payload).toContain('"price":"39432.48000001"')
  expect(parserOf(tick, 'json')(JSON.parse(payload ?? ''))).toEqual({ event })
})

test('a refused record keeps its bytes exactly', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (value) => {
      const row = quarantineRow({ record: record({ value }), stage: 'decode', code: 'empty', reason: 'it is empty' }, 0)
      return Buffer.from(row.value ?? '', 'base64').equals(value)
    }),
    { seed },
  )
})

test.each([
  [0n, '0'.repeat(20)],
  [9_223_372_036_854_775_807n, '09223372036854775807'],
  [
    49_590_338_271_490_256_608_559_692_538_361_571_095_921_575_989_136_588_898n,
    '49590338271490256608559692538361571095921575989136588898',
  ],
  [10n ** 40n, `${'0'.repeat(15)}1${'0'.repeat(40)}`],
])('offset %s sorts as text as it does as a number', (offset, text) => {
  const rejected = { record: record({ offset }), stage: 'decode', code: 'empty', reason: '' } as const
  expect(quarantineRow(rejected, 0)).toMatchObject({ offset: text, quarantined_at: '1970-01-01 00:00:00.000' })
})
