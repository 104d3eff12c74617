import type { AnyEvent } from '#domain/events/define-event.ts'
import { tick } from '#domain/events/tick.ts'
import { parserOf } from '#domain/events/to-zod.ts'
import { parseTable, type TableForm } from './parse-table.ts'
import { toTick } from './to-tick.ts'

type Column = 'trade_id' | 'traded_at' | 'price' | 'quantity' | 'buyer_is_maker'

const form: TableForm<Column> = {
  columns: ['trade_id', 'traded_at', 'price', 'quantity', 'buyer_is_maker'],
  what: 'recording of trades',
  row: 'trade',
}

/**
 * Every trade of a recording as a tick, in the order of the file. All of it is read before anything is returned, so a
 * recording is played whole or not at all.
 * @param name of the file, for the refusal
 * @throws Refusal with file, line and reason at the first row that is no trade.
 */
export const parseTrades = (text: string, name: string, symbol: string): readonly AnyEvent[] =>
  parseTable(text, name, form, (row) => tickOf(row, symbol))

const parse = parserOf(tick, 'json')

/** The tick, or why the row is none. */
function tickOf(row: Readonly<Record<Column, string>>, symbol: string): AnyEvent | string {
  const traded_at = timeOf(row.traded_at)
  if (traded_at === undefined) {
    return `traded_at: ${JSON.stringify(row.traded_at)} is no UTC time such as 2021-01-08T00:00:00.278Z`
  }
  if (row.buyer_is_maker !== 'true' && row.buyer_is_maker !== 'false') {
    return `buyer_is_maker: ${JSON.stringify(row.buyer_is_maker)} is neither true nor false`
  }
  const parsed = parse(toTick({ ...row, traded_at, buyer_is_maker: row.buyer_is_maker === 'true' }, symbol))
  return 'event' in parsed ? parsed.event : parsed.refused.reason
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,3})?Z$/

/** Milliseconds; undefined where it is no such time. `Date.parse` alone would take the 30th of February for March. */
function timeOf(text: string): number | undefined {
  const seconds = TIME.exec(text)?.[1]
  const ms = Date.parse(text)
  return seconds !== undefined && !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(seconds) ? ms : undefined
}
