import type { Decimal } from '#domain/decimal.ts'
import type { Tick } from '#domain/events/tick.ts'
import type { Listing } from './listings.ts'
import { Field, MINUTE_MS, type Planted } from './planted.ts'
import type { Random } from './random.ts'
import type { Phase, Session } from './session.ts'

const YEAR_MS = 365 * 86_400_000

/** How many of its trades a share keeps, and how large they are, in each phase of the exchange's day. */
export const shareOf: Readonly<Record<Phase, { readonly trades: number; readonly size: number }>> = {
  open: { trades: 1, size: 1 },
  extended: { trades: 0.2, size: 0.3 },
  closed: { trades: 0.05, size: 0.15 },
}

/** One symbol's market: its price as it walks, and what is planted in it. */
export class Market {
  readonly listing: Listing
  readonly #session: Session
  readonly #field: Field
  #price: number
  #at: number | undefined
  #trades = 0
  #span = -1
  /** Of the present span; a jump is forgotten once the price has leapt. */
  #planted: Planted | undefined

  constructor(listing: Listing, session: Session, seed: number, start: number) {
    this.listing = listing
    this.#session = session
    this.#field = new Field(listing, seed, start)
    this.#price = listing.price
  }

  /** The next trade; times may not fall. */
  trade(at: number, run: string, random: Random): Tick {
    const { symbol, volatility, notional, price, priceDecimals, quantityDecimals } = this.listing
    const years = (at - (this.#at ?? at)) / YEAR_MS
    // The drift of -volatility²/2 keeps the expected price where it is, however long the market runs.
    this.#price *= Math.exp(volatility * Math.sqrt(years) * random.normal() - (volatility ** 2 / 2) * years)
    this.#at = at
    this.#trades += 1
    const swell = this.#reach(at)
    const buys = random.next() < 0.5
    const halfSpread = 0.00005 * (buys ? 1 : -1)
    const size = (notional * Math.exp(random.normal()) * this.#busyness(at) * swell) / price
    return {
      type: 'tick',
      venue: 'simulated',
      symbol,
      trade_id: `${run}-${this.#trades}`,
      traded_at: at,
      price: rounded(this.#price * (1 + halfSpread), priceDecimals),
      quantity: rounded(size, quantityDecimals),
      taker_side: buys ? 'buy' : 'sell',
      received_at: at,
    }
  }

  /** Makes the leaps that are due by then, in spans without a trade too. @returns by what a trade is larger than usual */
  #reach(at: number): number {
    for (const span = this.#field.spanOf(at); this.#span < span; ) {
      this.#leap(Number.POSITIVE_INFINITY)
      this.#span += 1
      this.#planted = this.#field.plantedIn(this.#span)
    }
    this.#leap(at)
    const planted = this.#planted
    return planted?.kind === 'volume_spike' && at >= planted.at && at < planted.at + MINUTE_MS ? planted.factor : 1
  }

  #leap(at: number): void {
    if (this.#planted?.kind !== 'jump' || at < this.#planted.at) return
    this.#price *= this.#planted.factor
    this.#planted = undefined
  }

  /** How large trades are against the day's mean. */
  #busyness(at: number): number {
    if (this.listing.kind === 'coin') return bent((at % 86_400_000) / 86_400_000, 0.625)
    const phase = this.#session.phaseAt(at)
    return phase === 'open' ? bent(this.#session.progressAt(at), 0.6) : shareOf[phase].size
  }
}

/** A U over the day or the session: `bottom` in its middle, 1 on the mean. */
const bent = (progress: number, bottom: number): number => bottom + 12 * (1 - bottom) * (progress - 0.5) ** 2

/** The number with so many decimals, exactly; at least one unit of the last of them. */
function rounded(value: number, decimals: number): Decimal {
  return BigInt(Math.max(1, Math.round(value * 10 ** decimals))) * (UNITS[decimals] ?? 1n)
}

/** One unit of the last of so many decimals. */
const UNITS: readonly Decimal[] = Array.from({ length: 9 }, (_, decimals) => 10n ** BigInt(8 - decimals))
