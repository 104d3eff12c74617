import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import {
  CLOSES,
  closeOf,
  isTradingDay,
  latestTradingDay,
  OPENS,
  plusDays,
  previousTradingDay,
} from '#feeds/exchange-calendar.ts'
import { newYorkDayOf, newYorkInstant } from '#feeds/new-york-time.ts'

const iso = (at: number) => new Date(at).toISOString()

test.each([
  ['winter', '2012-01-03', '2012-01-03T14:30:00.000Z', '2012-01-03T21:00:00.000Z'],
  ['summer', '2012-07-02', '2012-07-02T13:30:00.000Z', '2012-07-02T20:00:00.000Z'],
  ['the last day before summer time', '2012-03-09', '2012-03-09T14:30:00.000Z', '2012-03-09T21:00:00.000Z'],
  ['the first of summer time', '2012-03-12', '2012-03-12T13:30:00.000Z', '2012-03-12T20:00:00.000Z'],
  ['the very day of the change', '2012-03-11', '2012-03-11T13:30:00.000Z', '2012-03-11T20:00:00.000Z'],
  ['the first of winter time', '2012-11-05', '2012-11-05T14:30:00.000Z', '2012-11-05T21:00:00.000Z'],
])('in %s, 09:30 and 16:00 in New York are what they are in UTC', (_what, day, opens, closes) => {
  expect(iso(newYorkInstant(day, OPENS))).toBe(opens)
  expect(iso(newYorkInstant(day, CLOSES))).toBe(closes)
})

test('a day in New York ends five hours after UTC, four in summer', () => {
  expect(newYorkDayOf(Date.parse('2026-01-06T04:59:59.999Z'))).toBe('2026-01-05')
  expect(newYorkDayOf(Date.parse('2026-01-06T05:00:00Z'))).toBe('2026-01-06')
  expect(newYorkDayOf(Date.parse('2026-07-06T03:59:59Z'))).toBe('2026-07-05')
  expect(newYorkDayOf(Date.parse('2026-07-06T04:00:00Z'))).toBe('2026-07-06')
})

test('the days on which shares really traded are the trading days, but for the two of a storm', async () => {
  const text = await readFile(new URL('../../feeds/recorded/us-stocks-daily-2012-2013.csv', import.meta.url), 'utf8')
  const traded = new Set(text.match(/\d{4}-\d\d-\d\d/g))
  const differing: string[] = []
  for (let day = '2012-01-03'; day <= '2013-03-01'; day = plusDays(day, 1)) {
    if (isTradingDay(day) !== traded.has(day)) differing.push(day)
  }
  expect(differing).toEqual(['2012-10-29', '2012-10-30'])
})

test('holidays of 2026, and those that a weekend moves or drops', () => {
  const weekdays = Array.from({ length: 365 }, (_, i) => plusDays('2026-01-01', i)).filter(
    (day) => new Date(day).getUTCDay() % 6 !== 0,
  )
  expect(weekdays.filter((day) => !isTradingDay(day))).toEqual([
    ...['2026-01-01', '2026-01-19', '2026-02-16', '2026-04-03', '2026-05-25'],
    ...['2026-06-19', '2026-07-03', '2026-09-07', '2026-11-26', '2026-12-25'],
  ])
  expect(isTradingDay('2021-12-31')).toBe(true)
  expect(isTradingDay('2023-01-02')).toBe(false)
  expect(isTradingDay('2021-06-18')).toBe(true)
})

test('the latest trading day is one whose close has come', () => {
  const friday = closeOf('2026-11-20')
  expect(latestTradingDay(friday - 1)).toBe('2026-11-19')
  expect(latestTradingDay(friday)).toBe('2026-11-20')
  expect(latestTradingDay(Date.parse('2026-11-23T12:00:00Z'))).toBe('2026-11-20')
  expect(previousTradingDay('2026-11-27')).toBe('2026-11-25')
})
