import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { loadSchedules } from '#adapters/sql-files/load-schedules.ts'
import { parseSchedules } from '#domain/tables/schedules.ts'

test("markets' tables follow the close of 17:00 in New York by a quarter of an hour, customers' come at 02:00 UTC", () => {
  expect(loadSchedules(resolve(import.meta.dirname, '../../../sql'))).toEqual([
    expect.objectContaining({ name: 'market_close', expression: 'cron(15 17 * * ? *)', timezone: 'America/New_York' }),
    expect.objectContaining({ name: 'hourly', expression: 'cron(20 * * * ? *)', timezone: 'America/New_York' }),
    expect.objectContaining({ name: 'utc_night', expression: 'cron(0 2 * * ? *)', timezone: 'UTC' }),
  ])
})

const good = { doc: 'When.', expression: 'rate(1 hour)', timezone: 'UTC' }

test.each([
  [{ a: { ...good, expression: 'cron(0 2 * * * *)' } }, 'a.expression is neither cron'],
  [{ a: { ...good, expression: 'cron(0 2 ? * ? *)' } }, 'a.expression is neither cron'],
  [{ a: { ...good, expression: 'cron(0 2 * * ?)' } }, 'a.expression is neither cron'],
  [{ a: { ...good, expression: 'rate(1 hours)' } }, 'a.expression is neither cron'],
  [{ a: { ...good, timezone: 'America/Newyork' } }, 'a.timezone is no time zone of the tz database'],
  [{ a: { ...good, doc: undefined } }, 'a.doc is missing'],
  [{ a: { ...good, zone: 'UTC' } }, 'a has no key "zone"'],
  [{ 'A b': good }, 'A b is no name'],
  [['a'], 'has to be a map'],
  [null, 'has to be a map'],
])('%j is refused', (given, says) => {
  expect(parseSchedules(given)).toEqual({ wrong: [expect.objectContaining({ says: expect.stringContaining(says) })] })
})
