import { z } from 'zod'
import type { Answer, Asked } from '../venue.ts'
import type { VenueTrade } from './market.ts'

/** What REST needs to know of the venue. */
export interface RestView {
  readonly now: () => number
  /** Weight that an address may use in a minute of the clock. */
  readonly weight: () => number
  /** The first id that REST does not know yet; undefined where there is no such symbol. */
  readonly end: (symbol: string) => number | undefined
  /** Up to `limit` trades from an id on, without those that are lost. */
  readonly trades: (symbol: string, from: number, limit: number) => readonly VenueTrade[]
}

const MINUTE_MS = 60_000
/** Requests that may follow a 429 within the minute before the address is banned. */
const PATIENCE = 20
const BAN_MS = 120_000

/** Weights of requests, by path. */
const WEIGHTS: Readonly<Record<string, number>> = {
  '/api/v3/ping': 1,
  '/api/v3/time': 1,
  '/api/v3/trades': 25,
  '/api/v3/historicalTrades': 25,
}

const MOST_ROWS = 1_000
const Digits = z.string().regex(/^[0-9]{1,20}$/)

/** The venue's REST, with its limits by address; everybody here has the same one. */
export class Rest {
  readonly #view: RestView
  #minute = 0
  #used = 0
  #refused = 0
  #bannedUntil = 0

  constructor(view: RestView) {
    this.#view = view
  }

  answer({ method, path, query, headers }: Asked): Answer {
    const weight = WEIGHTS[path]
    if (weight === undefined || method !== 'GET') return said(404, { code: -1000, msg: 'Not here.' })
    const limit = this.#limited(weight)
    if (limit !== undefined) return limit
    const used = { 'x-mbx-used-weight': String(this.#used), 'x-mbx-used-weight-1m': String(this.#used) }
    const { status = 200, body } = this.#of(path, query, isMicro(headers['x-mbx-time-unit']))
    return { status, body, headers: { ...JSON_TYPE, ...used } }
  }

  #limited(weight: number): Answer | undefined {
    const now = this.#view.now()
    const minute = Math.floor(now / MINUTE_MS)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.#used = 0
      this.#refused = 0
    }
    if (now < this.#bannedUntil) return banned(this.#bannedUntil, now)
    this.#used += weight
    if (this.#used <= this.#view.weight()) return undefined
    this.#refused += 1
    if (this.#refused > PATIENCE) {
      this.#bannedUntil = now + BAN_MS
      return banned(this.#bannedUntil, now)
    }
    const after = { 'retry-after': String(Math.ceil((MINUTE_MS - (now % MINUTE_MS)) / 1_000)) }
    const { body } = throttled(this.#view.weight())
    return { status: 429, body, headers: { ...JSON_TYPE, ...after, 'x-mbx-used-weight-1m': String(this.#used) } }
  }

  #of(path: string, query: URLSearchParams, micro: boolean): Answer {
    if (path === '/api/v3/ping') return said(200, {})
    if (path === '/api/v3/time') return said(200, { serverTime: this.#view.now() })
    const symbol = query.get('symbol')
    if (!symbol) return said(400, missing('symbol'))
    const end = this.#view.end(symbol)
    if (end === undefined) return said(400, { code: -1121, msg: 'Invalid symbol.' })
    const [limit, fromId] = [query.get('limit') ?? '500', query.get('fromId')]
    if (!Digits.safeParse(limit).success) return said(400, illegal('limit'))
    if (fromId !== null && !Digits.safeParse(fromId).success) return said(400, illegal('fromId'))
    const rows = Number(limit)
    if (rows < 1 || rows > MOST_ROWS)
      return said(400, { code: -1130, msg: "Data sent for parameter 'limit' is not valid." })
    const from = path === '/api/v3/trades' || fromId === null ? Math.max(0, end - rows) : Number(fromId)
    const trades = this.#view.trades(symbol, from, rows)
    return said(
      200,
      trades.map((trade) => rowOf(trade, micro)),
    )
  }
}

/** How the venue words what went wrong. */
export function problem(status: number, weight: number): Answer {
  if (status === 429) return throttled(weight)
  return said(status, { code: -1000, msg: 'An unknown error occurred while processing the request.' })
}

const JSON_TYPE = { 'content-type': 'application/json;charset=UTF-8' }
const said = (status: number, body: unknown): Answer => ({ status, headers: JSON_TYPE, body: JSON.stringify(body) })

const throttled = (weight: number): Answer =>
  said(429, {
    code: -1003,
    msg: `Too much request weight used; current limit is ${weight} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.`,
  })

function banned(until: number, now: number): Answer {
  const { body } = said(418, {
    code: -1003,
    msg: `Way too much request weight used; IP banned until ${until}. Please use WebSocket Streams for live updates to avoid bans.`,
  })
  return { status: 418, body, headers: { ...JSON_TYPE, 'retry-after': String(Math.ceil((until - now) / 1_000)) } }
}

const missing = (name: string) => ({
  code: -1102,
  msg: `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`,
})
const illegal = (name: string) => ({
  code: -1100,
  msg: `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`,
})

/** Whether times are asked for in microseconds. */
export const isMicro = (unit: string | string[] | null | undefined): boolean =>
  unit === 'MICROSECOND' || unit === 'microsecond'

const rowOf = ({ id, price, quantity, quoteQuantity, at, buyerIsMaker }: VenueTrade, micro: boolean) => ({
  id,
  price,
  qty: quantity,
  quoteQty: quoteQuantity,
  time: micro ? at * 1_000 : at,
  isBuyerMaker: buyerIsMaker,
  isBestMatch: true,
})
