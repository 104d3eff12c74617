import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tradeDateOf } from '#domain/tables/market-day.ts'

test.each([
  // Winter: 17:00 in New York is 22:00 UTC.
  ['2026-01-05T21:59:59.999Z', '2026-01-05'],
  ['2026-01-05T22:00:00.000Z', '2026-01-06'],
  // Summer: 21:00 UTC.
  ['2026-07-06T20:59:59.999Z', '2026-07-06'],
  ['2026-07-06T21:00:00.000Z', '2026-07-07'],
  // The clocks go forward on the morning of 8 March, and back on that of 1 November.
  ['2026-03-07T21:59:59.999Z', '2026-03-07'],
  ['2026-03-07T22:00:00.000Z', '2026-03-08'],
  ['2026-03-08T20:59:59.999Z', '2026-03-08'],
  ['2026-03-08T21:00:00.000Z', '2026-03-09'],
  ['2026-10-31T21:00:00.000Z', '2026-11-01'],
  ['2026-11-01T05:30:00.000Z', '2026-11-01'],
  ['2026-11-01T06:30:00.000Z', '2026-11-01'],
  ['2026-11-01T21:59:59.999Z', '2026-11-01'],
  ['2026-11-01T22:00:00.000Z', '2026-11-02'],
  ['2026-12-31T22:00:00.000Z', '2027-01-01'],
  ['2021-01-08T00:00:00.000Z', '2021-01-08'],
])('%s trades on %s', (instant, date) => expect(tradeDateOf(Date.parse(instant))).toBe(date))

const HOUR = 60 * 60_000

/** The law of 2007 in arithmetic alone: summer time from the second Sunday of March to the first of November, 2:00. */
function byLaw(at: number): string {
  const year = new Date(at - 5 * HOUR).getUTCFullYear()
  const sunday = (month: number, nth: number) => {
    const first = new Date(Date.UTC(year, month, 1)).getUTCDay()
    return Date.UTC(year, month, 1 + ((7 - first) % 7) + 7 * (nth - 1))
  }
  const summer = at >= sunday(2, 2) + 7 * HOUR && at < sunday(10, 1) + 6 * HOUR
  return new Date(at + (7 - (summer ? 4 : 5)) * HOUR).toISOString().slice(0, 10)
}

test('as the law has it, from 2007 on', () => {
  const instant = fc.integer({ min: Date.UTC(2007, 0, 2), max: Date.UTC(2060, 0, 1) })
  const nearHour = fc.tuple(instant, fc.integer({ min: -1, max: 1 })).map(([at, off]) => at - (at % HOUR) + off)
  fc.assert(
    fc.property(fc.oneof(instant, nearHour), (at) => tradeDateOf(at) === byLaw(at)),
    { numRuns: 2000 },
  )
})
