import { basename, join } from 'node:path'
import { type DailyBar, dailyBar } from '#domain/events/daily-bar.ts'
import type { Emission } from '../emission.ts'
import { closeOf, latestTradingDay, previousTradingDay } from '../exchange-calendar.ts'
import { textOf } from '../recorded/parse-table.ts'
import { parseBars } from './parse-bars.ts'

/** The bars that the project ships: AAPL, FB, GOOG, IBM and MSFT, 2012-01-03 to 2013-03-01. */
export const shippedBars = join(import.meta.dirname, '../recorded/us-stocks-daily-2012-2013.csv')

/**
 * Reads and checks a whole file of daily bars.
 * @param source whose file it is. @default 'us-stocks-daily'
 * @throws Refusal where the file cannot be read or is none.
 */
export async function readBars(file = shippedBars, source = 'us-stocks-daily'): Promise<readonly DailyBar[]> {
  return parseBars(await textOf(file, 'daily bars'), basename(file), source)
}

/** A historic backfill: every bar, all due at once, received at that moment (ms) and so late. */
export function* backfill(bars: readonly DailyBar[], receivedAt: number): Generator<Emission, void, void> {
  for (const bar of bars) {
    yield { at: receivedAt, definition: dailyBar, event: { ...bar, received_at: receivedAt } }
  }
}

/** A daily feed: the bars of a day are due, and received, when that day closes. */
export function* dailyFeed(bars: readonly DailyBar[]): Generator<Emission, void, void> {
  for (const event of bars) yield { at: event.closed_at, definition: dailyBar, event }
}

/**
 * The same bars as if the last of their days were the last trading day that has closed by `now` (ms), the day before it
 * the trading day before, and so on: no bar falls on a weekend or a holiday. Their source gains `-to-<last day>`, since these
 * are neither the days that the file tells of nor those of a run on another day: no bar is taken for another's duplicate.
 */
export function movedTo(bars: readonly DailyBar[], now: number): readonly DailyBar[] {
  const last = latestTradingDay(now)
  const closes = [...new Set(bars.map(({ closed_at }) => closed_at))].sort((a, b) => b - a)
  const moved = new Map<number, number>()
  let day = last
  for (const close of closes) {
    moved.set(close, closeOf(day))
    day = previousTradingDay(day)
  }
  return bars.map((bar) => {
    const closed_at = moved.get(bar.closed_at) ?? bar.closed_at
    return { ...bar, source: `${bar.source}-to-${last}`, closed_at, received_at: closed_at }
  })
}
