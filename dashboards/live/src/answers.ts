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
  /** Of a daily bar: its trade date, which closes at 17:00 in New York. */
  readonly trade_date?: string
}

export interface DailyBars {
  readonly symbol: string
  readonly bars: readonly (Omit<Bar, 'start_at' | 'provisional'> & { readonly trade_date: string })[]
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
  /** Who speaks for Binance and the others: themselves, or a server that stands in for them. */
  readonly venues: 'real' | 'stand-in'
  readonly topics: readonly { readonly topic: string; readonly freshness: Freshness }[]
  readonly freshness: Freshness
}

export interface Run {
  readonly run: string
  readonly table: string
  readonly date: string | null
  readonly outcome: 'published' | 'unchanged' | 'failed'
  readonly finished_at: string | null
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly warnings: readonly { readonly rule: string; readonly rows: number }[]
  readonly says: string | null
}

export interface Runs {
  readonly runs: readonly Run[]
  readonly read_at: string
}

export interface LakeTable {
  readonly table: string
  readonly newest_date: string | null
  readonly run: string | null
  readonly refreshed_at: string | null
  readonly failed_run: string | null
}

export interface LakeFreshness {
  readonly tables: readonly LakeTable[]
}

export interface QuarantineReason {
  readonly topic: string
  readonly code: string
  readonly records: number
  readonly newest_at: string
  readonly example: string
}

export interface Quarantine {
  readonly records: number
  readonly reasons: readonly QuarantineReason[]
}
