/** A symbol that the stand-in trades. */
export interface Listing {
  readonly symbol: string
  /** USDT, where its prices begin. */
  readonly price: number
  /** Its part of all trades. */
  readonly share: number
}

export const listings: readonly Listing[] = [
  { symbol: 'BTCUSDT', price: 64_250, share: 0.5 },
  { symbol: 'ETHUSDT', price: 3_120, share: 0.3 },
  { symbol: 'BNBUSDT', price: 585, share: 0.2 },
]

/** A trade as the venue knows it; decimals in its spelling, always eight places. */
export interface VenueTrade {
  readonly symbol: string
  readonly id: number
  readonly price: string
  readonly quantity: string
  readonly quoteQuantity: string
  /** ms */
  readonly at: number
  readonly buyerIsMaker: boolean
}

/** From when on ids are counted, so that a stand-in that is started again goes on where it would be by now. */
const EPOCH = Date.UTC(2026, 0, 1)

/** A jump of the clock by more than this leaves no trades behind, ms. */
const LONGEST_STEP_MS = 5_000

/** Since a moment, trades have followed each other evenly. */
interface Stretch {
  readonly at: number
  /** The id that comes next at that moment. */
  readonly id: number
  readonly perSecond: number
}

/**
 * The trades of one symbol: ids are consecutive, and a trade follows from seed and id alone, so that REST can give any of
 * them without one being kept. Prices walk: the sum of waves of every length, each the higher the longer it is.
 */
export class Market {
  readonly #listing: Listing
  readonly #seed: number
  #stretches: readonly Stretch[]
  #next: number
  #steppedAt: number

  constructor(listing: Listing, seed: number, perSecond: number, now: number) {
    this.#listing = listing
    this.#seed = mixed(seed, hashOf(listing.symbol))
    this.#next = Math.floor(((now - EPOCH) * perSecond) / 1_000)
    this.#stretches = [{ at: now, id: this.#next, perSecond }]
    this.#steppedAt = now
  }

  /** The id that the next trade gets. */
  get next(): number {
    return this.#next
  }

  /** From now on trades come at that rate. */
  pace(perSecond: number, now: number): void {
    this.#stretches = [...this.#stretches, { at: now, id: this.#next, perSecond }]
  }

  /** The trades since the last step, up to now. */
  step(now: number): readonly VenueTrade[] {
    const stretch = this.#current()
    if (now - this.#steppedAt > LONGEST_STEP_MS) this.pace(stretch.perSecond, now)
    this.#steppedAt = now
    const { at, id, perSecond } = this.#current()
    const from = this.#next
    this.#next = Math.max(from, id + Math.floor(((now - at) * perSecond) / 1_000))
    return Array.from({ length: this.#next - from }, (_, i) => this.trade(from + i))
  }

  /** Any trade; those of before the process began are spread evenly back to the epoch. */
  trade(id: number): VenueTrade {
    const price = Math.max(1, Math.round(this.#listing.price * Math.exp(this.#walk(id)) * 100))
    const quantity = 1 + (mixed(this.#seed, id) % 5_000) + (mixed(this.#seed, id + 0.5) % 40 === 0 ? 100_000 : 0)
    return {
      symbol: this.#listing.symbol,
      id,
      price: placed(BigInt(price), 2),
      quantity: placed(BigInt(quantity), 5),
      quoteQuantity: placed(BigInt(price) * BigInt(quantity), 7),
      at: this.#timeOf(id),
      buyerIsMaker: mixed(this.#seed ^ 0x5bd1, id) % 2 === 0,
    }
  }

  #timeOf(id: number): number {
    const stretch = this.#stretches.findLast(({ id: from }) => from <= id) ?? this.#stretches[0] ?? this.#current()
    return stretch.perSecond === 0
      ? stretch.at
      : Math.floor(stretch.at + ((id - stretch.id + 1) * 1_000) / stretch.perSecond)
  }

  #current(): Stretch {
    const stretch = this.#stretches.at(-1)
    if (stretch === undefined) throw new Error('a market has a first stretch from its beginning')
    return stretch
  }

  /** The logarithm of price over its beginning. */
  #walk(id: number): number {
    let sum = 0
    for (let octave = 0; octave <= 22; octave += 1) {
      const length = 2 ** octave
      const at = Math.floor(id / length)
      const part = id / length - at
      const left = unit(mixed(this.#seed + octave, at))
      const right = unit(mixed(this.#seed + octave, at + 1))
      sum += STEP * Math.sqrt(length) * (left + (right - left) * part)
    }
    return sum
  }
}

/** How far a price moves from one trade to the next, as a part of itself. */
const STEP = 1e-5

/** -1 to 1. */
const unit = (value: number): number => value / 2 ** 31 - 1

/** A whole number below 2 ** 32 that follows from two others, alike for nothing that is alike in them. */
function mixed(seed: number, value: number): number {
  let hash = Math.imul(seed ^ Math.floor(value * 2) ^ Math.imul(Math.floor(value / 2 ** 31), 0x9e3779b1), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  hash = Math.imul(hash ^ (hash >>> 16), 0x27d4eb2f)
  return (hash ^ (hash >>> 15)) >>> 0
}

const hashOf = (text: string): number =>
  [...text].reduce((hash, character) => mixed(hash, character.charCodeAt(0)), 0x811c9dc5)

/** Eight places, as the venue spells decimals. */
function placed(value: bigint, places: number): string {
  const digits = (value * 10n ** BigInt(8 - places)).toString().padStart(9, '0')
  return `${digits.slice(0, -8)}.${digits.slice(-8)}`
}
