import type { AnyEvent } from '#domain/events/define-event.ts'
import { tick } from '#domain/events/tick.ts'
import { parserOf } from '#domain/events/to-zod.ts'
import { Refusal } from '#domain/refusal.ts'
import { type Line, linesOf } from './csv.ts'
import { type RecordedTrade, toTick } from './to-tick.ts'

const COLUMNS = ['trade_id', 'traded_at', 'price', 'quantity', 'buyer_is_maker'] as const

/**
 * Every trade of a recording as a tick, in the order of the file. All of it is read before anything is returned, so a
 * recording is played whole or not at all.
 * @param name of the file, for the refusal
 * @throws Refusal with file, line and reason at the first row that is no trade.
 */
export function parseTrades(text: string, name: string, symbol: string): readonly AnyEvent[] {
  const lines = linesIn(text, name)
  const header = lines[0]?.fields.map((field) => field.trim()) ?? []
  const missing = COLUMNS.filter((column) => !header.includes(column))
  if (missing.length > 0) {
    throw new Refusal(
      `${name} is no recording of trades, because its first line lacks ${missing.join(', ')}: it must name ${COLUMNS.join(', ')}.`,
    )
  }
  const place = new Map(COLUMNS.map((column) => [column, header.indexOf(column)]))
  const ticks = lines.slice(1).map(({ number, fields }) => {
    const outcome = tickOf(fields, header.length, place, symbol)
    if (typeof outcome === 'string') {
      throw new Refusal(`${name} line ${number}: ${outcome}; nothing was sent, repair or remove that line.`)
    }
    return outcome
  })
  if (ticks.length === 0) throw new Refusal(`${name} holds no trade below its first line: there is nothing to send.`)
  return ticks
}

function linesIn(text: string, name: string): readonly Line[] {
  try {
    return [...linesOf(text)]
  } catch (error) {
    if (error instanceof SyntaxError) throw new Refusal(`${name} ${error.message}; nothing was sent.`)
    throw error
  }
}

const parse = parserOf(tick, 'json')

/** The tick, or why the row is none. */
function tickOf(
  fields: readonly string[],
  width: number,
  place: ReadonlyMap<string, number>,
  symbol: string,
): AnyEvent | string {
  if (fields.length !== width) return `it has ${fields.length} columns where the first line has ${width}`
  const row = Object.fromEntries([...place].map(([column, index]) => [column, (fields[index] ?? '').trim()]))
  const traded_at = timeOf(row.traded_at ?? '')
  if (traded_at === undefined) {
    return `traded_at: ${JSON.stringify(row.traded_at)} is no UTC time such as 2021-01-08T00:00:00.278Z`
  }
  if (row.buyer_is_maker !== 'true' && row.buyer_is_maker !== 'false') {
    return `buyer_is_maker: ${JSON.stringify(row.buyer_is_maker)} is neither true nor false`
  }
  const trade: RecordedTrade = {
    trade_id: row.trade_id ?? '',
    traded_at,
    price: row.price ?? '',
    quantity: row.quantity ?? '',
    buyer_is_maker: row.buyer_is_maker === 'true',
  }
  const parsed = parse(toTick(trade, symbol))
  return 'event' in parsed ? parsed.event : parsed.refused.reason
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,3})?Z$/

/** Milliseconds; undefined where it is no such time. `Date.parse` alone would take the 30th of February for March. */
function timeOf(text: string): number | undefined {
  const seconds = TIME.exec(text)?.[1]
  const ms = Date.parse(text)
  return seconds !== undefined && !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(seconds) ? ms : undefined
}
