/** What the page reads of the API's answers; `/openapi.json` describes them whole. Decimals are text, times ISO. */

export interface Freshness {
  readonly as_of: string | null
  readonly lag_ms: number | null
  readonly state: 'fresh' | 'stale'
  readonly complete: boolean
  readonly reasons: readonly string[]
}

export interface Price {
  readonly symbol: string
  readonly price: string
  readonly quantity: string
  readonly traded_at: string
  readonly day: null | {
    readonly change: string
    readonly change_percent: string
    readonly volume: string
    readonly notional: string
  }
}

export interface PriceBoard {
  readonly prices: readonly Price[]
  readonly freshness: Freshness
}

export interface Bar {
  readonly start_at: string
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
  readonly vwap: string
  readonly trades: number
  readonly provisional: boolean
}

export interface Bars {
  readonly symbol: string
  readonly bars: readonly Bar[]
}

export interface Figures {
  readonly realised: string
  readonly fees: string
  readonly unrealised: string | null
  readonly net: string | null
  readonly exposure: string | null
}

export interface Position extends Figures {
  readonly symbol: string
  readonly quantity: string
  readonly price: string | null
  readonly priced_at: string | null
}

export interface Portfolio {
  readonly account: string
  readonly positions: readonly Position[]
  readonly totals: Figures
}

export interface Accounts {
  readonly accounts: readonly { readonly account: string; readonly open: number }[]
}

export interface Readings<R> {
  readonly readings: readonly { readonly entity: Readonly<Record<string, string>>; readonly reading: R }[]
}

export interface ActivePositions {
  readonly open: number
  readonly long: number
  readonly short: number
  readonly accounts: number
}

export interface Health {
  readonly status: 'ok' | 'degraded'
  readonly topics: readonly { readonly topic: string; readonly freshness: Freshness }[]
  readonly freshness: Freshness
}
