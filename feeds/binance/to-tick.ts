import type { AnyEvent } from '#domain/events/define-event.ts'
import { tick } from '#domain/events/tick.ts'
import { parserOf } from '#domain/events/to-zod.ts'
import { type Format, restFormats, strangeness, streamFormats } from './formats.ts'

/** A trade as the platform takes it. */
export interface Trade {
  readonly symbol: string
  /** The venue's id, consecutive per symbol. */
  readonly id: number
  /** Its tick. */
  readonly event: AnyEvent
  /** What of its fields is not as known; absent where all is. */
  readonly strange?: string
}

/** A trade, or why it is none that the platform takes. */
export type Mapped = { readonly trade: Trade } | { readonly refused: string }

/** @param data of an event `trade` @param receivedAt when it arrived, ms */
export const streamTrade = (data: Readonly<Record<string, unknown>>, receivedAt: number): Mapped =>
  mapped(
    { symbol: data.s, id: data.t, price: data.p, quantity: data.q, time: data.T, buyerIsMaker: data.m },
    { names: { symbol: 's', id: 't', time: 'T', buyerIsMaker: 'm' }, receivedAt, formats: streamFormats },
    data,
  )

/** @param row of /api/v3/historicalTrades or /api/v3/trades, which leave the symbol to who asked */
export const restTrade = (row: Readonly<Record<string, unknown>>, symbol: string, receivedAt: number): Mapped =>
  mapped(
    { symbol, id: row.id, price: row.price, quantity: row.qty, time: row.time, buyerIsMaker: row.isBuyerMaker },
    {
      names: { symbol: 'symbol', id: 'id', time: 'time', buyerIsMaker: 'isBuyerMaker' },
      receivedAt,
      formats: restFormats,
    },
    row,
  )

interface Read {
  readonly symbol: unknown
  readonly id: unknown
  readonly price: unknown
  readonly quantity: unknown
  readonly time: unknown
  readonly buyerIsMaker: unknown
}

interface Origin {
  /** What the venue calls those fields that are checked here: the contract checks the others. */
  readonly names: Readonly<Record<'symbol' | 'id' | 'time' | 'buyerIsMaker', string>>
  readonly receivedAt: number
  readonly formats: readonly Format[]
}

const parse = parserOf(tick, 'json')

/** Milliseconds of the year 5138, microseconds of 1973: no trade can be in the wrong one of the two. */
const LEAST_MICROSECONDS = 1e14

function mapped(read: Read, { names, receivedAt, formats }: Origin, raw: Readonly<Record<string, unknown>>): Mapped {
  const { symbol, id, price, quantity, time, buyerIsMaker } = read
  if (typeof symbol !== 'string') return { refused: `${names.symbol}: ${quoted(symbol)} is no symbol` }
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0)
    return { refused: `${names.id}: ${quoted(id)} is no trade id` }
  if (typeof time !== 'number') return { refused: `${names.time}: ${quoted(time)} is no time` }
  if (typeof buyerIsMaker !== 'boolean')
    return { refused: `${names.buyerIsMaker}: ${quoted(buyerIsMaker)} is neither true nor false` }
  const traded_at = time >= LEAST_MICROSECONDS ? Math.floor(time / 1_000) : time
  const parsed = parse({
    venue: 'binance',
    symbol,
    trade_id: String(id),
    traded_at,
    price,
    quantity,
    // The venue names the maker's side: where the buyer was waiting in the book, the taker sold.
    taker_side: buyerIsMaker ? 'sell' : 'buy',
    received_at: receivedAt,
  })
  if ('refused' in parsed) return { refused: parsed.refused.reason }
  const strange = strangeness(Object.keys(raw), formats, traded_at)
  return { trade: { symbol, id, event: parsed.event, ...(strange === undefined ? {} : { strange }) } }
}

const quoted = (value: unknown): string => String(JSON.stringify(value)).slice(0, 60)
