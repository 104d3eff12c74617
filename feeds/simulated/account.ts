import { type Decimal, times } from '#domain/decimal.ts'
import type { Fill } from '#domain/events/fill.ts'
import type { Tick } from '#domain/events/tick.ts'
import type { Listing } from './listings.ts'
import type { Random } from './random.ts'

/** What an account would hold of each symbol, in usual trades: a long one, one that makes markets, a short one. */
const TARGETS = [12, 0, -8] as const

/** How far from its target, in usual trades, an account turns it into one side three times out of four. */
const PATIENCE = 4

/** 0.1 % and, for the one who waited in the book, 0.01 % back. */
const TAKER_FEE: Decimal = 100_000n
const MAKER_REBATE: Decimal = -10_000n

/** Takes part in trades, and steers what it holds of each symbol towards its target; what it holds may be short. */
export class Account {
  readonly #name: string
  readonly #target: number
  /** By symbol, in usual trades. */
  readonly #held = new Map<string, number>()

  /** @param place among the accounts, from 0: decides its target */
  constructor(name: string, place: number) {
    this.#name = name
    this.#target = TARGETS[place % TARGETS.length] ?? 0
  }

  /** Its part in a trade: the whole quantity, at the price of the trade, on the side that it needs. */
  fill(trade: Tick, listing: Listing, at: number, id: string, random: Random): Fill {
    const held = this.#held.get(trade.symbol) ?? 0
    const buys = random.next() < 1 / (1 + 3 ** ((held - this.#target) / PATIENCE))
    const size = (Number(trade.quantity) * listing.price) / (1e8 * listing.notional)
    this.#held.set(trade.symbol, held + (buys ? size : -size))
    const side = buys ? 'buy' : 'sell'
    return {
      type: 'fill',
      execution_id: id,
      account: this.#name,
      symbol: trade.symbol,
      executed_at: at,
      side,
      price: trade.price,
      quantity: trade.quantity,
      fee: times(times(trade.price, trade.quantity), side === trade.taker_side ? TAKER_FEE : MAKER_REBATE),
      order_id: `${this.#name}-${id}`,
      received_at: at,
    }
  }
}
