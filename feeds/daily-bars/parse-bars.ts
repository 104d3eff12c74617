import { type DailyBar, dailyBar } from '#domain/events/daily-bar.ts'
import { parserOf } from '#domain/events/to-zod.ts'
import { Refusal } from '#domain/refusal.ts'
import { parseTable, type TableForm } from '../recorded/parse-table.ts'
import { type DailyRow, toDailyBar } from './to-daily-bar.ts'

const form: TableForm<keyof DailyRow> = {
  columns: ['symbol', 'day', 'open', 'high', 'low', 'close', 'volume'],
  what: 'file of daily bars',
  row: 'bar',
}

/**
 * Every row as a daily bar, days in their order and the symbols of a day in the file's. A bar whose low lies above its
 * open or close, or whose high below, is a fault of the file, not a market.
 * @param name of the file, for the refusal
 * @param source whose file it is, part of each bar's id
 * @throws Refusal with file and line at the first row that is no bar, or with symbol and day of one that comes twice.
 */
export function parseBars(text: string, name: string, source: string): readonly DailyBar[] {
  const bars = parseTable(text, name, form, (row) => barOf(row, source))
  const seen = new Set<string>()
  for (const { symbol, closed_at } of bars) {
    const place = `${symbol} on ${new Date(closed_at).toISOString().slice(0, 10)}`
    if (seen.has(place)) throw new Refusal(`${name} holds two bars of ${place}: nothing was sent, remove one of them.`)
    seen.add(place)
  }
  return bars.toSorted((a, b) => a.closed_at - b.closed_at)
}

const parse = parserOf(dailyBar, 'json')

/** The bar, or why the row is none. */
function barOf(row: DailyRow, source: string): DailyBar | string {
  if (!isDay(row.day)) return `day: ${JSON.stringify(row.day)} is no day such as 2012-01-03`
  const parsed = parse(toDailyBar(row, source))
  if ('refused' in parsed) return parsed.refused.reason
  const bar = parsed.event as DailyBar
  if (bar.low > bar.open || bar.low > bar.close) return `low: ${row.low} is above the open or the close`
  if (bar.high < bar.open || bar.high < bar.close) return `high: ${row.high} is below the open or the close`
  return bar
}

/** `Date.parse` alone would take the 30th of February for March. */
const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  new Date(text).toISOString().slice(0, 10) === text
