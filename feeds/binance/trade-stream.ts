import { Line } from './line.ts'
import { type Message, readMessage } from './message.ts'
import { type MissingRow, MissingTrades } from './missing-trades.ts'
import { type Outside, theOutside } from './outside.ts'
import { type IdRange, rangeText, type Standing, sizeOf } from './seen-ids.ts'
import { Sequence } from './sequence.ts'
import { noStatistics, type Statistics } from './statistics.ts'
import { type StreamOptions, type StreamSettings, streamDefaults, type Taken } from './stream-settings.ts'
import type { Mapped, Trade } from './to-tick.ts'

/** What a trade adds to the statistics by what it is to those before it. */
const COUNTED: Readonly<Record<'stream' | 'rest', Partial<Record<Standing, keyof Statistics>>>> = {
  stream: { missing: 'recovered', seen: 'duplicates', early: 'early', anew: 'anew' },
  rest: { missing: 'filled' },
}

/** The most bytes of an unreadable message that are handed on. */
const MOST_RAW_BYTES = 65_536

/**
 * The venue's trades: several connections merged, each trade once, in the order of its ids per symbol, what was missed
 * filled by REST. Yields what has come since the last time, at once; ends when `stop` aborts, after what was held back.
 * @throws Error by its iteration, where its reader is slower than the venue
 */
export class TradeStream implements AsyncIterable<readonly Taken[]> {
  readonly statistics: Statistics = noStatistics()
  /** The last reason why there was no connection, or no answer of REST; undefined as long as there was none. */
  trouble: string | undefined
  /** Differences from the known formats, each once. */
  readonly strangenesses = new Set<string>()
  readonly #settings: StreamSettings
  readonly #outside: Outside
  readonly #stop: AbortSignal
  readonly #sequences: ReadonlyMap<string, Sequence>
  readonly #missing: MissingTrades
  #ready: Taken[] = []
  #lines: readonly Line[] = []
  #woken = Promise.withResolvers<void>()

  constructor({ from, ...options }: StreamOptions, stop: AbortSignal, outside: Outside = theOutside) {
    this.#settings = { ...streamDefaults, ...options }
    this.#outside = outside
    this.#stop = stop
    const now = outside.clock.now()
    this.#sequences = new Map(
      options.symbols.map((symbol) => [symbol, new Sequence(this.#settings, now, from?.get(symbol))]),
    )
    this.statistics.missing = this.open
    this.#missing = new MissingTrades(this.#settings, this.#sequences, outside, this.statistics, {
      onRow: (mapped, row) => this.#takeRow(mapped, row),
      onLost: (symbol, range, reason) => this.#lose(symbol, range, reason),
      onTrouble: (reason) => {
        this.trouble = reason
      },
    })
  }

  /** How many ids are missing and still looked for. */
  get open(): number {
    return [...this.#sequences.values()].flatMap(({ wanted }) => wanted).reduce((sum, range) => sum + sizeOf(range), 0)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Taken[], void, void> {
    const over = new AbortController()
    const stop = AbortSignal.any([this.#stop, over.signal])
    stop.addEventListener('abort', () => this.#wake(), { once: true })
    let failure: { readonly error: unknown } | undefined
    this.#lines = this.#makeLines()
    const work = [...this.#lines, this.#missing].map((part) =>
      part.run(stop).catch((error: unknown) => {
        failure ??= { error }
        over.abort()
      }),
    )
    try {
      for (;;) {
        const isOver = stop.aborted
        const woken = this.#woken.promise
        const batch = this.#takeReady(isOver)
        if (failure !== undefined) throw failure.error
        if (batch.length > this.#settings.mostQueued)
          throw new Error(`${batch.length} trades wait: whoever reads them is slower than the venue.`)
        if (batch.length > 0) yield batch
        else if (isOver) return
        else await this.#rest(woken, stop)
      }
    } finally {
      over.abort()
      await Promise.all(work)
    }
  }

  #makeLines(): readonly Line[] {
    const { symbols, stream, connections, renewMs } = this.#settings
    const names = symbols.map((symbol) => `${symbol.toLowerCase()}@trade`)
    const url = `${stream.replace(/\/$/, '')}/stream?streams=${names.join('/')}`
    return Array.from({ length: connections }, (_, index) => {
      const firstEarlierMs = (renewMs * index) / connections
      const line: Line = new Line({ ...this.#settings, url, firstEarlierMs }, this.#outside, this.statistics, {
        onMessage: (data, at) => this.#takeMessage(data, at, line),
        onTrouble: (reason) => {
          this.trouble = reason
        },
      })
      return line
    })
  }

  #takeMessage(data: string | Buffer, at: number, line: Line): void {
    const message: Message =
      typeof data === 'string' ? readMessage(data, at) : { kind: 'unreadable', reason: 'it is binary' }
    switch (message.kind) {
      case 'trade': {
        this.statistics.received += 1
        const { trade } = message
        if (this.#sequences.has(trade.symbol)) this.#take(trade, 'stream')
        else this.#reject(data, `nobody asked for trades of ${trade.symbol}`)
        return
      }
      case 'unreadable':
        this.#reject(data, message.reason)
        return
      case 'shutdown':
        this.statistics.others += 1
        line.renew()
        return
      case 'refusal':
        this.trouble = `the venue refuses a request: ${message.reason}`
        this.statistics.others += 1
        return
      case 'answer':
      case 'other':
        this.statistics.others += 1
        return
      default:
        message satisfies never
    }
  }

  #takeRow(mapped: Mapped, row: MissingRow): void {
    if ('trade' in mapped) {
      this.#take(mapped.trade, 'rest')
      return
    }
    const { symbol, id } = row
    this.#sequences.get(symbol)?.forget({ from: id, to: id })
    this.#reject(JSON.stringify(row.raw), `REST, ${symbol}: ${mapped.refused}`, { symbol, id })
  }

  #take(trade: Trade, by: 'stream' | 'rest'): void {
    const { statistics } = this
    if (trade.strange !== undefined) {
      statistics.strange += 1
      this.strangenesses.add(`${by}: ${trade.strange}`)
    }
    const sequence = this.#sequences.get(trade.symbol)
    if (sequence === undefined) return
    const last = sequence.position?.last
    const { standing, lost } = sequence.take(trade, this.#outside.clock.now())
    if (standing === 'anew') this.#ready.push({ kind: 'anew', symbol: trade.symbol, id: trade.id })
    const counted = COUNTED[by][standing]
    if (counted !== undefined) statistics[counted] += 1
    if (standing === 'ahead') {
      statistics.gaps += 1
      statistics.missing += trade.id - (last ?? trade.id) - 1
      this.#missing.wake()
    }
    for (const range of lost) this.#lose(trade.symbol, range, `more than ${this.#settings.mostMissing} were missing`)
    this.#wake()
  }

  #reject(data: string | Buffer, reason: string, instead?: { symbol: string; id: number }): void {
    this.statistics.unreadable += 1
    const raw = Buffer.from(data).subarray(0, MOST_RAW_BYTES)
    this.#ready.push({ kind: 'unreadable', raw, reason, ...(instead === undefined ? {} : { instead }) })
    this.#wake()
  }

  #lose(symbol: string, range: IdRange, reason: string): void {
    this.statistics.lost += sizeOf(range)
    this.#ready.push({ kind: 'lost', symbol, from: range.from, to: range.to, reason })
    this.#wake()
  }

  #takeReady(all: boolean): readonly Taken[] {
    const batch = this.#ready
    this.#ready = []
    const now = this.#outside.clock.now()
    for (const sequence of this.#sequences.values())
      for (const trade of sequence.due(now, all)) batch.push({ kind: 'trade', ...trade })
    return batch
  }

  /** Until something comes, or something held is due. */
  async #rest(woken: Promise<void>, stop: AbortSignal): Promise<void> {
    const now = this.#outside.clock.now()
    const deadlines = [...this.#sequences.values()].flatMap((sequence) => sequence.deadline(now) ?? [])
    if (deadlines.length === 0) return woken
    const timer = new AbortController()
    const due = this.#outside.clock.wait(
      Math.max(1, Math.min(...deadlines) - now),
      AbortSignal.any([stop, timer.signal]),
    )
    await Promise.race([woken, due])
    timer.abort()
  }

  #wake(): void {
    this.#woken.resolve()
    this.#woken = Promise.withResolvers<void>()
  }
}

/** What was lost, in a sentence. */
export const lossText = ({
  symbol,
  reason,
  ...range
}: IdRange & { readonly symbol: string; readonly reason: string }) =>
  `Trades of ${symbol} are lost, ids ${rangeText(range)} (${sizeOf(range)}): ${reason}.`
