import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import type { Emission } from '../emission.ts'
import { Account } from './account.ts'
import { listingsOf } from './listings.ts'
import { Market, shareOf } from './market.ts'
import { Random } from './random.ts'
import { type Phase, Session } from './session.ts'

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

/**
 * An endless market. Prices walk as a geometric Brownian motion. Coins trade all day, a little more around midnight than
 * at noon (UTC); shares trade in the session of New York's exchanges, larger at its opening and close than in its middle, and
 * thinly outside it, when the coins take over. Now and then a price jumps or a minute's volume swells: `plantedOf` tells where.
 * Now and then an account takes part in a trade, which is told as a fill at the price of that trade.
 *
 * The same settings give the same events, byte for byte. Another start gives them other ids, so that no run's events
 * are taken for duplicates of another's; whole weeks later, the hours of the session alike, all else is the same.
 */
export function* simulate(simulation: Simulation): Generator<Emission, never, void> {
  const { seed, symbols, start, eventsPerSecond } = simulation
  const random = Random.seeded(seed)
  const run = `${seed.toString(36)}-${start.toString(36)}`
  const session = new Session()
  const markets = listingsOf(symbols).map((listing) => new Market(listing, session, seed, start))
  const accounts = simulation.accounts.map((name, place) => new Account(name, place))
  const boards = boardsOf(markets)
  let events = 0
  const next = () => start + Math.floor((events++ * 1_000) / eventsPerSecond)
  for (let fills = 0; ; ) {
    const at = next()
    const board = boards[session.phaseAt(at)]
    const market = board[random.below(board.length)]
    if (market === undefined) throw new RangeError('a simulated market needs a symbol')
    const trade = market.trade(at, run, random)
    yield { at, definition: tick, event: trade }
    const account = random.below(TRADES_PER_FILL) === 0 ? accounts[random.below(accounts.length)] : undefined
    if (account === undefined) continue
    const filledAt = next()
    fills += 1
    const event = account.fill(trade, market.listing, filledAt, `${run}-f${fills}`, random)
    yield { at: filledAt, definition: fill, event }
  }
}

/** For each phase of the exchange's day every market as often as its chance to trade next, in twentieths of its weight. */
function boardsOf(markets: readonly Market[]): Readonly<Record<Phase, readonly Market[]>> {
  const board = (phase: Phase) =>
    markets.flatMap((market) => {
      const { kind, weight } = market.listing
      const trades = kind === 'coin' ? 1 : shareOf[phase].trades
      return Array.from({ length: Math.round(20 * weight * trades) }, () => market)
    })
  return { open: board('open'), extended: board('extended'), closed: board('closed') }
}
