import type { AnyEvent } from '#domain/events/define-event.ts'
import { tick } from '#domain/events/tick.ts'
import type { EventSink, OutgoingRecord } from '#domain/ports.ts'
import { SeenIds } from '#feeds/binance/seen-ids.ts'
import type { Statistics } from '#feeds/binance/statistics.ts'
import type { Taken } from '#feeds/binance/stream-settings.ts'
import { lossText, type TradeStream } from '#feeds/binance/trade-stream.ts'
import type { Clock } from '#feeds/pace.ts'
import type { Positions, SharedPositions } from './positions.ts'

export interface Relaying {
  readonly symbols: readonly string[]
  readonly positions: SharedPositions
  /** How many ids of a symbol may be missing at once. */
  readonly mostMissing: number
  /** The venue's trades from there on, until `stop` aborts. */
  readonly open: (from: Positions, stop: AbortSignal) => TradeStream
  readonly sink: EventSink
  /** A tick, as its topic carries it. */
  readonly encode: (event: AnyEvent) => Buffer
  readonly clock: Clock
  readonly log: {
    warn(message: string, fields: object): void
    error(message: string, fields: object): void
  }
}

/** How a run goes about it. */
export interface RunSettings {
  /** How long it lasts, ms. */
  readonly lastsMs: number
  /** Trades are collected for so long, ms: a message of the queue carries many. */
  readonly collectMs: number
  /** How often it notes how far it has come, ms: what came since then, the next run hands over again. */
  readonly noteMs: number
}

/** What a run did. */
export interface Relayed extends Statistics {
  /** Handed over, by symbol. */
  readonly trades: Readonly<Record<string, number>>
  /** Ids still missing at its end, which the next run looks for. */
  readonly open: number
  /** Whether the next run took over before this one's time was up, as it should. */
  readonly is_superseded: boolean
  /** The last reason why there was no connection, or no answer of REST. */
  readonly trouble?: string
  /** How trades differ from the known formats. */
  readonly strangenesses?: readonly string[]
}

/** Lines about messages that nobody can read; the rest is counted. */
const MOST_WARNINGS = 10

/**
 * Relays the venue's trades to the sink for a while, from where the run before stood. It takes over once trades come and
 * the first have been handed over, and leaves off when another run has taken over from it.
 * @throws the sink's or the store's error: what was not noted by then, the next run hands over again
 */
export async function relayTrades(relaying: Relaying, settings: RunSettings): Promise<Relayed> {
  const { positions, clock, log } = relaying
  const { positions: from, unreadable } = await positions.read()
  if (unreadable) log.error('nobody knows how far the relay had come: it begins with the next trades', {})
  const stop = new AbortController()
  const run = new Run(relaying, from, stop)
  const timer = clock.wait(settings.lastsMs, stop.signal).then(() => stop.abort())
  try {
    for await (const batch of run.stream) {
      await run.handOver(batch)
      await run.note(settings.noteMs)
      await clock.wait(settings.collectMs, stop.signal)
    }
    await run.note(0)
  } finally {
    stop.abort()
    await timer
  }
  return run.outcome
}

/** One run at work. */
class Run {
  readonly stream: TradeStream
  readonly #relaying: Relaying
  readonly #stop: AbortController
  /** What has been handed over, by symbol. */
  readonly #handed: Map<string, SeenIds<object>>
  readonly #trades: Record<string, number>
  #standing: 'beginning' | 'holder' | 'superseded' = 'beginning'
  #notedAt = Number.NEGATIVE_INFINITY
  #warnings = 0

  constructor(relaying: Relaying, from: Positions, stop: AbortController) {
    this.#relaying = relaying
    this.#stop = stop
    this.#trades = Object.fromEntries(relaying.symbols.map((symbol) => [symbol, 0]))
    this.#handed = new Map(
      relaying.symbols.map((symbol) => [symbol, new SeenIds(relaying.mostMissing, from.get(symbol), {})]),
    )
    this.stream = relaying.open(from, stop.signal)
  }

  /** Resolves when all of it has been acknowledged. */
  async handOver(batch: readonly Taken[]): Promise<void> {
    const { sink } = this.#relaying
    await sink.accept(batch.flatMap((taken) => this.#recordOf(taken) ?? []))
    await sink.flush()
    for (const taken of batch) this.#count(taken)
  }

  /** Takes over, or notes how far it has come where it last did so longer ago than `everyMs`. */
  async note(everyMs: number): Promise<void> {
    const { positions, clock } = this.#relaying
    if (this.#standing === 'superseded' || clock.now() - this.#notedAt < everyMs) return
    if (this.#standing === 'holder') {
      if (!(await positions.advance(this.#positions))) {
        this.#standing = 'superseded'
        this.#stop.abort()
      }
    } else if (this.stream.statistics.received > 0) {
      await positions.claim(this.#positions)
      this.#standing = 'holder'
    }
    this.#notedAt = clock.now()
  }

  get outcome(): Relayed {
    const { statistics, open, trouble, strangenesses } = this.stream
    return {
      trades: this.#trades,
      open,
      is_superseded: this.#standing === 'superseded',
      ...(trouble === undefined ? {} : { trouble }),
      ...(strangenesses.size === 0 ? {} : { strangenesses: [...strangenesses] }),
      ...statistics,
    }
  }

  get #positions(): Positions {
    return new Map([...this.#handed].flatMap(([symbol, { position }]) => (position ? [[symbol, position]] : [])))
  }

  #recordOf(taken: Taken): OutgoingRecord | undefined {
    if (taken.kind === 'trade')
      return { topic: tick.topic, key: taken.symbol, value: this.#relaying.encode(taken.event) }
    // No contract accepts it where the topic is read: it lands in quarantine with its bytes.
    if (taken.kind === 'unreadable')
      return { topic: tick.topic, key: taken.instead?.symbol ?? 'binance', value: taken.raw }
    return undefined
  }

  #count(taken: Taken): void {
    const { log } = this.#relaying
    switch (taken.kind) {
      case 'trade':
        this.#handed.get(taken.symbol)?.see(taken.id, {})
        this.#trades[taken.symbol] = (this.#trades[taken.symbol] ?? 0) + 1
        return
      case 'unreadable': {
        const { instead, reason, raw } = taken
        if (instead !== undefined) this.#handed.get(instead.symbol)?.forget({ from: instead.id, to: instead.id })
        this.#warnings += 1
        if (this.#warnings <= MOST_WARNINGS)
          log.warn('a message that is no trade was handed on as it came', {
            reason,
            begins: raw.toString().slice(0, 200),
          })
        return
      }
      case 'lost':
        this.#handed.get(taken.symbol)?.forget(taken)
        log.error(lossText(taken), { symbol: taken.symbol, from: taken.from, to: taken.to })
        return
      case 'anew':
        log.error(`The trade ids of ${taken.symbol} went far back, to ${taken.id}: they are counted from there.`, {
          symbol: taken.symbol,
          id: taken.id,
        })
        return
      default:
        taken satisfies never
    }
  }
}

/** Why somebody has to look at a run that came to its end; undefined where nobody has. */
export function complaintOf(
  { trades, connected, received, lost, anew, trouble, strangenesses }: Relayed,
  rest: string,
) {
  const because = trouble === undefined ? '' : ` (${trouble})`
  if (connected === 0) return `Binance could not be reached at all${because}: its trades wait until it can be.`
  if (received === 0) return `Binance was reached and sent no trade${because}: are the symbols its own?`
  if (lost > 0)
    return `${lost} trades of Binance are lost; the lines above name their ids, and ${rest} may have them yet.`
  if (anew > 0) return 'The trade ids of a symbol went far back: either Binance began anew, or one id was wrong.'
  if (strangenesses !== undefined)
    return `Binance sends trades in a form that is not known (${strangenesses.join('; ')}): see feeds/binance/formats.ts.`
  const silent = Object.entries(trades).filter(([, count]) => count === 0)
  if (silent.length > 0 && received > SILENCE_COUNTS)
    return `No trade of ${silent.map(([symbol]) => symbol).join(', ')} came in a whole run: are the symbols Binance's own?`
  return undefined
}

/** Trades of others after which a symbol without any is noticed. */
const SILENCE_COUNTS = 10_000
