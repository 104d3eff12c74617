import { hashOf, type Listing, listingsOf } from './listings.ts'
import { Random } from './random.ts'
import { Session } from './session.ts'

/** Something out of the ordinary that the market was made to do, for detectors to find. */
export interface Planted {
  readonly symbol: string
  /** A price that leaps and stays there, or a minute of far larger trades. */
  readonly kind: 'jump' | 'volume_spike'
  /** On a whole minute, ms: from here on the price has leapt, or the trades are larger. */
  readonly at: number
  /** Of a jump, by what the price is multiplied; of a spike, every quantity in that minute. */
  readonly factor: number
}

/** What plantings hang on: the same seed, symbols and start have the same ones, whatever the rate and the accounts. */
export interface Soil {
  readonly seed: number
  readonly symbols: readonly string[]
  /** ms */
  readonly start: number
}

export const MINUTE_MS = 60_000

/** A symbol has at most one planting in each of these spans, counted from the minute of the start. */
const SPAN_MINUTES = 20

/** Minutes into a span: two plantings are at least six minutes apart, and the first comes after five. */
const EARLIEST = 5
const LATEST = 18

/** A share's plantings keep this far from the opening, whose own rise in volume is none. */
const AFTER_OPENING_MS = 30 * MINUTE_MS

const YEAR_MINUTES = 365 * 24 * 60

/**
 * What is planted from `from` to before `until` (ms), by time, then by symbol: the truth against which a detector's findings are held.
 * A planting shows at the next trade of its symbol; a spike in a minute without one shows nowhere.
 */
export function plantedOf({ seed, symbols, start }: Soil, from: number, until: number): readonly Planted[] {
  return listingsOf(symbols)
    .flatMap((listing) => {
      const field = new Field(listing, seed, start)
      const spans = Math.max(0, field.spanOf(until) - field.spanOf(Math.max(from, start)) + 1)
      return Array.from({ length: spans }, (_, i) => field.plantedIn(field.spanOf(Math.max(from, start)) + i))
    })
    .filter((planted) => planted !== undefined)
    .filter(({ at }) => at >= from && at < until)
    .sort((a, b) => a.at - b.at || (a.symbol < b.symbol ? -1 : 1))
}

/** What is planted for one symbol. */
export class Field {
  readonly #listing: Listing
  readonly #seed: number
  readonly #firstMinute: number
  readonly #session = new Session()

  constructor(listing: Listing, seed: number, start: number) {
    this.#listing = listing
    this.#seed = Math.imul(seed ^ hashOf(listing.symbol), 0x9e3779b1)
    this.#firstMinute = Math.floor(start / MINUTE_MS) * MINUTE_MS
  }

  /** The span, from 0, in which an instant lies. */
  spanOf(at: number): number {
    return Math.floor((at - this.#firstMinute) / (SPAN_MINUTES * MINUTE_MS))
  }

  /** What is planted in a span; in every other one nothing. */
  plantedIn(span: number): Planted | undefined {
    const random = Random.seeded(this.#seed + Math.imul(span, 0x85ebca6b))
    const jumps = random.next() < 0.5
    const isPlanted = random.next() < 0.5
    const minute = EARLIEST + random.below(LATEST - EARLIEST + 1)
    const at = this.#firstMinute + (span * SPAN_MINUTES + minute) * MINUTE_MS
    if (!isPlanted || !this.#isFertile(at)) return undefined
    const { symbol } = this.#listing
    return jumps
      ? { symbol, kind: 'jump', at, factor: this.#leap(random) }
      : { symbol, kind: 'volume_spike', at, factor: 8 + 8 * random.next() }
  }

  #isFertile(at: number): boolean {
    return (
      this.#listing.kind === 'coin' ||
      (this.#session.phaseAt(at) === 'open' && this.#session.phaseAt(at - AFTER_OPENING_MS) === 'open')
    )
  }

  /** Ten to twenty times what the price usually moves in a minute; up and down so that the expected price stays. */
  #leap(random: Random): number {
    const size = (10 + 10 * random.next()) * (this.#listing.volatility / Math.sqrt(YEAR_MINUTES))
    return Math.exp(random.next() < 0.5 ? size : -size) / Math.cosh(size)
  }
}
