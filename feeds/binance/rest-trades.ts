import { pauseOf } from '#domain/pause.ts'
import { isObject } from './message.ts'
import type { Outside } from './outside.ts'
import type { Statistics } from './statistics.ts'

/** Rows of one answer, or why there are none; what to do about it is known to this one, not to the caller. */
export type RestAnswer =
  | { readonly rows: readonly Readonly<Record<string, unknown>>[] }
  /** Passing: throttled, unreachable, broken. It may be asked again from `again` on, of the clock. */
  | { readonly failed: string; readonly again: number }
  /** The venue will not answer this, however often it is asked. */
  | { readonly refused: string }

/** The most rows of one answer. */
export const MOST_ROWS = 1_000

/** Where the venue says how much weight this address has used in the minute, and how much of its 6,000 we use. */
const USED_WEIGHT = 'x-mbx-used-weight-1m'
const MOST_WEIGHT = 5_000
const MINUTE_MS = 60_000

/** An answer takes the venue up to 10 s, by its own word. */
const ANSWER_MS = 12_000
const PAUSES = { base: 500, cap: 30_000 }
/** Where a 429 or 418 does not say how long; bans begin at two minutes. */
const UNSAID_MS = { 429: 60_000, 418: 120_000 }

/**
 * The venue's old trades, GET /api/v3/historicalTrades: one request at a time, for its limits are by address. Weight is
 * watched, and Retry-After obeyed by whatever is asked next.
 */
export class RestTrades {
  readonly #base: string
  readonly #outside: Outside
  readonly #statistics: Statistics
  #notBefore = Number.NEGATIVE_INFINITY
  #failures = 0

  /** @param base such as https://api.binance.com */
  constructor(base: string, outside: Outside, statistics: Statistics) {
    this.#base = base.replace(/\/$/, '')
    this.#outside = outside
    this.#statistics = statistics
  }

  /** From when on it may be asked, of the clock. */
  get notBefore(): number {
    return this.#notBefore
  }

  /** Up to `limit` trades from an id on, ascending. Resolves to a failure where `stop` came first. */
  async from(symbol: string, id: number, limit: number, stop: AbortSignal): Promise<RestAnswer> {
    const query = new URLSearchParams({ symbol, fromId: String(id), limit: String(Math.min(limit, MOST_ROWS)) })
    this.#statistics.rest_requests += 1
    try {
      const response = await this.#outside.fetch(`${this.#base}/api/v3/historicalTrades?${query}`, {
        signal: AbortSignal.any([stop, AbortSignal.timeout(ANSWER_MS)]),
      })
      const text = await response.text()
      if (response.ok) return this.#answered(response, text)
      return this.#denied(response, text)
    } catch (error) {
      if (stop.aborted) return { failed: 'stopped', again: this.#notBefore }
      // fetch rejects with TypeError where there is no answer, and with the signal's reason where that came first.
      return this.#failed(
        error instanceof Error ? [error.message, causeOf(error)].filter(Boolean).join(': ') : 'failed',
      )
    }
  }

  #answered(response: Response, text: string): RestAnswer {
    let rows: unknown
    try {
      rows = JSON.parse(text)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      return this.#failed('an answer that is no JSON')
    }
    if (!Array.isArray(rows) || !rows.every(isObject)) return this.#failed('an answer that is no list of trades')
    this.#failures = 0
    if (Number(response.headers.get(USED_WEIGHT)) >= MOST_WEIGHT)
      this.#pause(MINUTE_MS - (this.#outside.wall() % MINUTE_MS))
    return { rows }
  }

  #denied(response: Response, text: string): RestAnswer {
    const { status } = response
    const says = `${status} ${text.slice(0, 200)}`
    if (status === 429 || status === 418) {
      this.#statistics.rest_throttled += 1
      const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
      return { failed: says, again: this.#pause(Number.isFinite(seconds) ? seconds * 1_000 : UNSAID_MS[status]) }
    }
    // 400: the request is wrong, such as a symbol that there is not. Others, 403 and 451 among them, may pass.
    if (status === 400) return { refused: says }
    return this.#failed(says)
  }

  #failed(reason: string): RestAnswer {
    this.#statistics.rest_failed += 1
    this.#failures += 1
    return { failed: reason, again: this.#pause(pauseOf(this.#failures - 1, PAUSES, this.#outside.random)) }
  }

  #pause(ms: number): number {
    this.#notBefore = this.#outside.clock.now() + ms
    return this.#notBefore
  }
}

const causeOf = ({ cause }: Error): string => (cause instanceof Error ? cause.message : '')
