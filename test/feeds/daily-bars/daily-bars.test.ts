import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { formatDecimal } from '#domain/decimal.ts'
import type { DailyBar } from '#domain/events/daily-bar.ts'
import { idOf, isLate } from '#domain/events/define-event.ts'
import { parserOf, toJson } from '#domain/events/to-zod.ts'
import { Refusal } from '#domain/refusal.ts'
import { backfill, dailyFeed, movedTo, readBars } from '#feeds/daily-bars/daily-bars.ts'
import { parseBars } from '#feeds/daily-bars/parse-bars.ts'
import { closeOf, isTradingDay } from '#feeds/exchange-calendar.ts'
import { newYorkDayOf } from '#feeds/new-york-time.ts'

const bars = await readBars()
const dayOf = ({ closed_at }: DailyBar) => newYorkDayOf(closed_at)
const HEADER = 'symbol,day,open,high,low,close,volume'
const ROW = 'AAPL,2012-07-03,594.88,600.0,594.0,599.41,8632600'
const parse = (...lines: string[]) => parseBars([HEADER, ...lines, ''].join('\n'), 'bars.csv', 's')

test('a real row is the bar that it tells', () => {
  expect(bars.slice(0, 1).map(toJson)).toEqual([
    {
      type: 'daily_bar',
      source: 'us-stocks-daily',
      symbol: 'AAPL',
      closed_at: Date.parse('2012-01-03T21:00:00Z'),
      open: '409.4',
      high: '412.5',
      low: '409',
      close: '411.23',
      volume: '10793600',
      received_at: Date.parse('2012-01-03T21:00:00Z'),
    },
  ])
})

/** The digest and the sums were computed apart from this code. */
test('the shipped file is the one whose facts are known', () => {
  const count = Map.groupBy(bars, ({ symbol }) => symbol)
  expect([...count].map(([symbol, rows]) => [symbol, rows.length])).toEqual([
    ...[
      ['AAPL', 291],
      ['GOOG', 291],
      ['IBM', 291],
      ['MSFT', 291],
      ['FB', 196],
    ],
  ])
  expect(bars.reduce((sum, { volume }) => sum + volume, 0n) / 100_000_000n).toBe(33_316_715_200n)
  expect(formatDecimal(bars.reduce((sum, { close }) => sum + close, 0n))).toBe('426348.7607')
  expect(new Set(bars.map(dayOf)).size).toBe(291)
  expect(bars.map(dayOf).filter((day) => !isTradingDay(day))).toEqual([])
  const digest = createHash('sha256')
  for (const bar of bars) digest.update(`${JSON.stringify(toJson(bar))}\n`)
  expect(digest.digest('hex')).toBe('0447e0113ef44c7ee06b9db769a8c97018cb864204bc6dea82c56ae11174a34a')
})

/** The return of a symbol over so many calendar days up to that day: against the last close on or before its beginning. */
function returnOver(days: number, symbol: string, day: string, of: readonly DailyBar[]): number | undefined {
  const closes = of.filter((bar) => bar.symbol === symbol)
  const from = new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10)
  const now = closes.find((bar) => dayOf(bar) === day)?.close
  const before = closes.findLast((bar) => dayOf(bar) <= from)?.close
  return now === undefined || before === undefined ? undefined : Number(now) / Number(before) - 1
}

test.each([
  ['AAPL', [-0.045119, -0.057702, -0.264506]],
  ['FB', [0.023959, -0.110755, -0.007857]],
  ['GOOG', [0.008103, 0.069459, 0.154388]],
  ['IBM', [0.009051, -0.002997, 0.067554]],
  ['MSFT', [0.006844, 0.003591, 0.05016]],
])('returns of %s over 7, 30 and 90 days are those that were computed apart from this code', (symbol, known) => {
  const returns = [7, 30, 90].map((days) => returnOver(days, symbol, '2013-03-01', bars) ?? Number.NaN)
  expect(returns.map((value) => Math.round(value * 1e6) / 1e6)).toEqual(known)
})

test('a backfill yields every bar at once, received then: late, under the ids of the feed', () => {
  const now = Date.UTC(2026, 10, 21)
  const emissions = [...backfill(bars, now)]
  expect(emissions.length).toBe(1_360)
  expect(emissions.every(({ at, event }) => at === now && event.received_at === now)).toBe(true)
  expect(emissions.every(({ event }) => isLate(Number(event.closed_at), event.received_at))).toBe(true)
  const ids = ({ definition, event }: (typeof emissions)[number]) => idOf(definition, event)
  expect(emissions.map(ids)).toEqual([...dailyFeed(bars)].map(ids))
  expect(new Set(emissions.map(ids)).size).toBe(1_360)
})

test("the daily feed yields a day's bars at its close, in order, valid and on time", () => {
  const emissions = [...dailyFeed(bars)]
  expect(emissions.slice(0, 5).map(({ at, event }) => [new Date(at).toISOString(), event.symbol])).toEqual([
    ...['AAPL', 'GOOG', 'IBM', 'MSFT'].map((symbol) => ['2012-01-03T21:00:00.000Z', symbol]),
    ['2012-01-04T21:00:00.000Z', 'AAPL'],
  ])
  expect(new Date(emissions.find(({ event }) => event.symbol === 'FB')?.at ?? 0).toISOString()).toBe(
    '2012-05-18T20:00:00.000Z',
  )
  for (const [i, { at, definition, event }] of emissions.entries()) {
    expect(at).toBeGreaterThanOrEqual(emissions[i - 1]?.at ?? 0)
    expect([event.closed_at, event.received_at]).toEqual([at, at])
    expect(parserOf(definition, 'json')(toJson(event))).toEqual({ event })
  }
})

test('moved to a moment, the last day is the last that closed by then, every day one of trading, and no id is another series’', () => {
  const now = closeOf('2026-11-23') - 1
  const moved = movedTo(bars, now)
  const days = [...new Set(moved.map(dayOf))]
  expect(days.at(-1)).toBe('2026-11-20')
  expect(days.length).toBe(291)
  expect(days.filter((day) => !isTradingDay(day))).toEqual([])
  expect(moved.map(({ symbol, close, volume }) => [symbol, close, volume])).toEqual(
    bars.map(({ symbol, close, volume }) => [symbol, close, volume]),
  )
  expect(moved.every(({ closed_at, received_at }) => closed_at === received_at && closed_at <= now)).toBe(true)
  const ids = [bars, moved, movedTo(bars, now + 1)].flatMap((series) =>
    [...dailyFeed(series)].map(({ definition, event }) => idOf(definition, event)),
  )
  expect(new Set(ids).size).toBe(3 * 1_360)
})

test.each([
  ['a column too few', 'AAPL,2012-07-03,594.88,600.0,594.0,599.41', 'it has 6 columns where the first line has 7'],
  ['no day', ROW.replace('2012-07-03', 'July 3'), 'day: "July 3" is no day such as 2012-01-03'],
  ['a day that no month has', ROW.replace('2012-07-03', '2012-02-30'), 'day: "2012-02-30" is no day'],
  ['a day of another age', ROW.replace('2012', '1987'), 'closed_at: '],
  ['no symbol', ROW.replace('AAPL', ''), 'symbol: is empty'],
  ['an exponent', ROW.replace('599.41', '5.9e2'), 'close: "5.9e2" is not a decimal'],
  ['a price of zero', ROW.replace('594.88', '0'), 'open: 0 is not positive'],
  ['a low above the open', ROW.replace('594.0', '595'), 'low: 595 is above the open or the close'],
  ['a high below the close', ROW.replace('600.0', '599'), 'high: 599 is below the open or the close'],
  ['a negative volume', ROW.replace('8632600', '-1'), 'volume: -1 is less than 0'],
])('%s is refused by file, line and reason', (_what, row, reason) => {
  expect(() => parse(ROW.replace('AAPL', 'IBM'), row)).toThrow(Refusal)
  expect(() => parse(ROW.replace('AAPL', 'IBM'), row)).toThrow(`bars.csv line 3: ${reason}`)
})

test('a day told twice, a file without bars and one of something else are refused', async () => {
  expect(() => parse(ROW, ROW)).toThrow('bars.csv holds two bars of AAPL on 2012-07-03')
  expect(() => parse()).toThrow('bars.csv holds no bar')
  expect(() => parseBars('trade_id,price\n', 'x.csv', 's')).toThrow('x.csv is no file of daily bars, because')
  await expect(readBars('/nowhere/bars.csv')).rejects.toThrow('name a CSV file of daily bars with --file')
})
