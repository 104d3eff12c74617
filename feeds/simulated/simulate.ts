import { type Decimal, times } from '#domain/decimal.ts'
import { type Fill, fill } from '#domain/events/fill.ts'
import { type Tick, tick } from '#domain/events/tick.ts'
import type { Emission } from '../emission.ts'
import { type Listing, listingsOf } from './listings.ts'
import { Random } from './random.ts'

export interface Simulation {
  /** Another seed is another market; a whole number. */
  readonly seed: number
  /** At least one. */
  readonly symbols: readonly string[]
  /** Who trades among the others; nobody's fills are told where there is none. */
  readonly accounts: readonly string[]
  /** When the first event happens, ms. */
  readonly start: number
  /** Ticks and fills together, evenly spaced. */
  readonly eventsPerSecond: number
}

/** One trade in so many is an account's own. */
const TRADES_PER_FILL = 8

const YEAR_MS = 365 * 86_400_000

/**
 * An endless market: prices walk as a geometric Brownian motion, trades are larger in the morning and the evening (UTC)
 * than at noon, and now and then an account takes part in one, which is told as a fill at the price of that trade.
 * Accounts may go short. The same settings give the same events, byte for byte; another start moves them in time and
 * gives them other ids, so that no run's events are taken for duplicates of another's.
 */
export function* simulate(simulation: Simulation): Generator<Emission, never, void> {
  const { seed, symbols, accounts, start, eventsPerSecond } = simulation
  const random = Random.seeded(seed)
  const run = `${seed.toString(36)}-${start.toString(36)}`
  const markets = listingsOf(symbols).map((listing) => new Market(listing))
  const board = markets.flatMap((market) => Array.from({ length: market.listing.weight }, () => market))
  const first = board[0]
  if (first === undefined) throw new RangeError('a simulated market needs a symbol')
  let events = 0
  const next = () => start + Math.floor((events++ * 1_000) / eventsPerSecond)
  for (let fills = 0; ; ) {
    const market = board[random.below(board.length)] ?? first
    const at = next()
    const trade = market.trade(at, run, random)
    yield { at, definition: tick, event: trade }
    const account = random.below(TRADES_PER_FILL) === 0 ? accounts[random.below(accounts.length)] : undefined
    if (account === undefined) continue
    const filledAt = next()
    fills += 1
    yield { at: filledAt, definition: fill, event: fillOf(trade, account, filledAt, `${run}-f${fills}`, random) }
  }
}

/** One symbol's price as it walks. */
class Market {
  readonly listing: Listing
  #price: number
  #at: number | undefined
  #trades = 0

  constructor(listing: Listing) {
    this.listing = listing
    this.#price = listing.price
  }

  trade(at: number, run: string, random: Random): Tick {
    const { symbol, volatility, notional, priceDecimals, quantityDecimals } = this.listing
    const years = (at - (this.#at ?? at)) / YEAR_MS
    // The drift of -volatility²/2 keeps the expected price where it is, however long the market runs.
    this.#price *= Math.exp(volatility * Math.sqrt(years) * random.normal() - (volatility ** 2 / 2) * years)
    this.#at = at
    this.#trades += 1
    const buys = random.next() < 0.5
    const halfSpread = 0.00005 * (buys ? 1 : -1)
    const size = (notional * Math.exp(random.normal()) * busyness(at)) / this.listing.price
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
}

function fillOf(trade: Tick, account: string, at: number, id: string, random: Random): Fill {
  const takes = random.next() < 0.6
  const taker = trade.taker_side
  const maker = taker === 'buy' ? 'sell' : 'buy'
  return {
    type: 'fill',
    execution_id: id,
    account,
    symbol: trade.symbol,
    executed_at: at,
    side: takes ? taker : maker,
    price: trade.price,
    quantity: trade.quantity,
    fee: times(times(trade.price, trade.quantity), takes ? TAKER_FEE : MAKER_REBATE),
    order_id: `${account}-${id}`,
    received_at: at,
  }
}

/** 0.1 % and, for the one who waited in the book, 0.01 % back. */
const TAKER_FEE: Decimal = 100_000n
const MAKER_REBATE: Decimal = -10_000n

/** Volume against the day's mean, by the hour in UTC: a U of 1.75 at midnight and 0.625 at noon. */
function busyness(at: number): number {
  const day = (at % 86_400_000) / 86_400_000
  return 0.625 + 4.5 * (day - 0.5) ** 2
}

/** The number with so many decimals, exactly; at least one unit of the last of them. */
function rounded(value: number, decimals: number): Decimal {
  return BigInt(Math.max(1, Math.round(value * 10 ** decimals))) * (UNITS[decimals] ?? 1n)
}

/** One unit of the last of so many decimals. */
const UNITS: readonly Decimal[] = Array.from({ length: 9 }, (_, decimals) => 10n ** BigInt(8 - decimals))
