import { expect, test } from 'vitest'
import { defineEvent } from '#domain/events/define-event.ts'
import { events } from '#domain/events/events.ts'
import { decimal, instant, oneOf, optional, positive, text } from '#domain/events/fields.ts'
import { lands } from '#domain/events/silver-columns.ts'
import { silverTable, silverTables } from '#domain/tables/silver-tables.ts'

const purchase = defineEvent({
  name: 'test_purchase',
  version: 3,
  topic: 'events_raw',
  wire: 'json',
  doc: 'Somebody paid: one event per payment.',
  origin: 'A test.',
  key: 'payment',
  id: ['payment'],
  at: 'paid_at',
  silver: { table: 'test_purchases', calendar: 'utc' },
  fields: {
    payment: text('Its id.'),
    paid_at: instant('When.'),
    amount: positive(decimal('USD', 'How much.')),
    price: optional(positive(decimal('USD', 'Of one.'))),
    quantity: decimal('1', 'How many.'),
    plan: optional(oneOf(["editor's", 'free'], 'Which.')),
  },
})

test("every event that lands has a table, by its calendar's day; what lands nowhere has none", () => {
  expect(silverTables().map(({ name }) => name)).toEqual(
    events.filter(lands).map((event) => `silver.${event.silver.table}`),
  )
  expect(new Set(silverTables().map(({ name }) => name)).size).toBe(silverTables().length)
  const dayAndSchedule = (name: string) => {
    const { day, schedule } = silverTables().find((table) => table.name === name) ?? {}
    return [day, schedule]
  }
  expect(dayAndSchedule('silver.ticks')).toEqual(['trade_date', 'market_close'])
  expect(dayAndSchedule('silver.purchases')).toEqual(['event_date', 'utc_night'])
  const { silver, ...derived } = purchase
  expect(silverTables([derived])).toEqual([])
})

test('a table follows from its contract', () => {
  if (!lands(purchase)) throw new Error('it lands')
  const table = silverTable(purchase)
  expect(table).toMatchObject({
    name: 'silver.test_purchases',
    doc: 'One row per test purchase. Somebody paid: one event per payment.',
    grain: ['event_id'],
    day: 'event_date',
    reads: ['bronze.events'],
    build: { kind: 'glue', event: 'test_purchase' },
  })
  expect(table.checks.map(({ expect: rule }) => rule)).toEqual([
    'payment is not null',
    'paid_at is not null',
    'amount > 0',
    'price is null or price > 0',
    'quantity is not null',
    "plan is null or plan in ('editor''s', 'free')",
    'received_at is not null',
  ])
})

test('only a price and a quantity that are always there have a notional', () => {
  if (!lands(purchase)) throw new Error('it lands')
  expect(silverTable(purchase).columns.map(({ name }) => name)).toEqual([
    ...['event_id', 'payment', 'paid_at', 'amount', 'price', 'quantity', 'plan', 'received_at'],
    ...['is_late', 'schema_version', 'appended_at', 'log_topic', 'log_partition', 'log_offset', 'event_date'],
  ])
})
