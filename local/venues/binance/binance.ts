import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import type { Fault } from '../faults.ts'
import type { Answer, Asked, Venue, World } from '../venue.ts'
import { listings, Market, type VenueTrade } from './market.ts'
import { isMicro, problem, Rest } from './rest.ts'
import { type ConnectionLimits, MOST_STREAMS, Subscriber } from './subscriber.ts'

/** How often trades are made and connections tended, ms. */
const STEP_MS = 10

/** Of all symbols together. @default at the start */
const TRADES_PER_SECOND = 20

const Rate = z.strictObject({ trades_per_second: z.number().nonnegative().max(20_000) })

/** The venue's limits, as documented; POST /binance/limits sets others, so that a test need not wait for 24 hours. */
const Limits = z.strictObject({
  weight_per_minute: z.number().int().positive().default(6_000),
  ping_ms: z.number().int().positive().default(20_000),
  pong_ms: z.number().int().positive().default(60_000),
  connection_ms: z
    .number()
    .int()
    .positive()
    .default(24 * 60 * 60_000),
  /** How far REST is behind the stream. */
  rest_lag_ms: z.number().int().nonnegative().default(100),
})

/** Faults of the stream; those of answers are the server's, and so are these where they name a path. */
type StreamFault = 'gap' | 'lost' | 'duplicate' | 'reorder' | 'malformed' | 'slow'

/**
 * Binance Spot: the trade stream over WebSocket, and old trades over REST. Beside the server's faults of answers it knows
 * `disconnect` (every connection is cut, `count` times, `ms` apart), `disconnect_one` (only the oldest one), `refuse`
 * (the next `count` connections), `dead` (the connections of now bring nothing any more), `shutdown` (announced, then
 * cut after `ms`), and for the next `count` trades `gap` (REST alone has them), `lost` (nobody has), `duplicate`,
 * `reorder` (each comes after the one that follows it), `malformed` (broken off, in its place) and `slow` (`ms` late).
 * @param close stops its clockwork
 */
export class Binance implements Venue {
  readonly name = 'binance'
  readonly prefix = 'binance'
  readonly about = "speaks as Binance Spot's trade stream (stream.binance.com) and REST (api.binance.com) do."
  readonly #world: World
  readonly #markets: ReadonlyMap<string, Market>
  readonly #first: ReadonlyMap<string, number>
  readonly #withheld = new Map<string, number[]>(listings.map(({ symbol }) => [symbol, []]))
  readonly #lost = new Map<string, Set<number>>(listings.map(({ symbol }) => [symbol, new Set()]))
  readonly #rest: Rest
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 4_096 })
  readonly #subscribers = new Set<Subscriber>()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #step: NodeJS.Timeout
  /** Trades that the next ones overtake. */
  #overtaken: readonly VenueTrade[] = []
  #limits = Limits.parse({})
  #connections = 0
  #cut = 0

  constructor(world: World) {
    this.#world = world
    const now = world.now()
    this.#markets = new Map(
      listings.map((listing) => [
        listing.symbol,
        new Market(listing, world.seed, TRADES_PER_SECOND * listing.share, now),
      ]),
    )
    this.#first = new Map([...this.#markets].map(([symbol, { next }]) => [symbol, next]))
    this.#rest = new Rest({
      now: world.now,
      weight: () => this.#limits.weight_per_minute,
      end: (symbol) => this.#known(symbol),
      trades: (symbol, from, limit) => this.#trades(symbol, from, limit),
    })
    this.#step = setInterval(() => this.#tick(), STEP_MS)
  }

  handle(asked: Asked): Answer {
    switch (`${asked.method} ${asked.path}`) {
      case 'POST /rate': {
        const { trades_per_second } = Rate.parse(JSON.parse(asked.body.toString()))
        this.#tick()
        for (const { symbol, share } of listings)
          this.#markets.get(symbol)?.pace(trades_per_second * share, this.#world.now())
        return { body: '{}' }
      }
      case 'POST /limits':
        this.#limits = Limits.parse(JSON.parse(asked.body.toString()))
        return { body: JSON.stringify(this.#limits) }
      default:
        return this.#rest.answer(asked)
    }
  }

  problem(status: number): Answer {
    return problem(status, this.#limits.weight_per_minute)
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://venue')
    const form = formOf(pathname.slice(`/${this.prefix}`.length), searchParams)
    const refused = this.#refusal(form)
    if (form === undefined || refused !== undefined) {
      socket.end(`HTTP/1.1 ${refused}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    this.#server.handleUpgrade(request, socket, head, (accepted) => {
      const limits = (): ConnectionLimits => this.#limits
      const subscriber = new Subscriber(accepted, form, this.#world.now, limits)
      this.#connections += 1
      this.#subscribers.add(subscriber)
      accepted.once('close', () => this.#subscribers.delete(subscriber))
      accepted.once('error', () => this.#subscribers.delete(subscriber))
    })
  }

  strike({ fault, count, ms, path }: Fault): boolean {
    if (path !== undefined) return false
    switch (fault) {
      case 'disconnect':
        for (let time = 0; time < count; time += 1) this.#later(time * ms, () => this.#cutAll())
        return true
      case 'disconnect_one':
        this.#cutOne([...this.#subscribers][0])
        return true
      case 'dead':
        for (const subscriber of this.#subscribers) subscriber.isDead = true
        return true
      case 'shutdown':
        this.#announceShutdown(ms)
        return true
      default:
        return false
    }
  }

  /**
   * By symbol: the ids of this process, first and last, those that only REST has, and those that nobody has; and how
   * many connections there were, were cut, and how many strokes of faults are still to come.
   */
  sent(): unknown {
    const symbols = [...this.#markets].map(([symbol, { next }]) => [
      symbol,
      {
        first: this.#first.get(symbol),
        last: next - 1,
        withheld: this.#withheld.get(symbol),
        lost: [...(this.#lost.get(symbol) ?? [])],
      },
    ])
    return {
      symbols: Object.fromEntries(symbols),
      connections: this.#connections,
      cut: this.#cut,
      to_come: this.#timers.size,
    }
  }

  close(): void {
    clearInterval(this.#step)
    for (const timer of this.#timers) clearTimeout(timer)
    this.#cutAll()
  }

  #refusal(form: { readonly streams: readonly string[] } | undefined): string | undefined {
    if (this.#world.faults.take(this.name, ['refuse'])) return '503 Service Unavailable'
    if (form === undefined) return '404 Not Found'
    return form.streams.length > MOST_STREAMS ? '400 Bad Request' : undefined
  }

  #tick(): void {
    const now = this.#world.now()
    const trades = [...this.#markets.values()].flatMap((market) => market.step(now)).sort((a, b) => a.at - b.at)
    for (const trade of trades) this.#publish(trade)
    for (const subscriber of this.#subscribers) subscriber.tend()
  }

  #publish(trade: VenueTrade): void {
    const { symbol, id } = trade
    const struck = this.#world.faults.take(this.name, STREAM_FAULTS)
    const overtaken = this.#overtaken
    this.#overtaken = []
    switch (struck?.fault) {
      case 'lost':
        this.#lost.get(symbol)?.add(id)
        break
      case 'gap':
        this.#withheld.get(symbol)?.push(id)
        break
      case 'reorder':
        this.#overtaken = [trade]
        break
      case 'slow':
        this.#later(struck.ms, () => this.#send(trade))
        break
      case 'malformed':
        this.#send(trade, true)
        break
      case 'duplicate':
        this.#send(trade)
        this.#send(trade)
        break
      default:
        this.#send(trade)
    }
    for (const late of overtaken) this.#send(late)
  }

  #send(trade: VenueTrade, broken = false): void {
    for (const subscriber of this.#subscribers) subscriber.publish(trade, broken)
  }

  #cutAll(): void {
    for (const subscriber of this.#subscribers) this.#cutOne(subscriber)
  }

  #cutOne(subscriber: Subscriber | undefined): void {
    if (subscriber === undefined) return
    this.#cut += 1
    this.#subscribers.delete(subscriber)
    subscriber.cut()
  }

  #announceShutdown(ms: number): void {
    const told = [...this.#subscribers]
    for (const subscriber of told) subscriber.announceShutdown()
    this.#later(ms, () => {
      for (const subscriber of told) if (this.#subscribers.has(subscriber)) this.#cutOne(subscriber)
    })
  }

  #later(ms: number, act: () => void): void {
    if (ms === 0) {
      act()
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, ms)
    this.#timers.add(timer)
  }

  /** The first id that REST does not know yet. */
  #known(symbol: string): number | undefined {
    const market = this.#markets.get(symbol)
    if (market === undefined) return undefined
    const until = this.#world.now() - this.#limits.rest_lag_ms
    let end = market.next
    while (end > 0 && market.trade(end - 1).at > until) end -= 1
    return end
  }

  #trades(symbol: string, from: number, limit: number): readonly VenueTrade[] {
    const market = this.#markets.get(symbol)
    const end = this.#known(symbol) ?? 0
    const trades: VenueTrade[] = []
    for (let id = from; market !== undefined && id < end && trades.length < limit; id += 1)
      if (!this.#lost.get(symbol)?.has(id)) trades.push(market.trade(id))
    return trades
  }
}

const STREAM_FAULTS = ['gap', 'lost', 'duplicate', 'reorder', 'malformed', 'slow'] as const satisfies StreamFault[]

/** What a path asks for: `/stream?streams=a/b` combined, `/ws/a/b` raw; both may begin without any stream. */
function formOf(path: string, query: URLSearchParams) {
  const micro = isMicro(query.get('timeUnit'))
  if (path === '/stream') return { streams: namesIn(query.get('streams') ?? ''), combined: true, micro }
  if (path === '/ws' || path.startsWith('/ws/')) return { streams: namesIn(path.slice(4)), combined: false, micro }
  return undefined
}

const namesIn = (text: string): readonly string[] => text.split('/').filter((name) => name !== '')
