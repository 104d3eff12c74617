import { randomUUID } from 'node:crypto'
import { decodeRecords } from '#adapters/avro/decode-records.ts'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { parseDecimal } from '#domain/decimal.ts'
import type { AnyEvent, EventDefinition } from '#domain/events/define-event.ts'
import { type Fill, fill } from '#domain/events/fill.ts'
import { type Tick, tick } from '#domain/events/tick.ts'
import { byEventType } from '#domain/metrics/fold.ts'
import { metrics } from '#domain/metrics/metrics.ts'
import type { HotStore, LogRecord } from '#domain/ports.ts'
import { type HotMetrics, updateHotMetrics } from '#lambdas/hot-metrics/update-hot-metrics.ts'
import { InMemoryHotStore } from '#test/contracts/in-memory-hot-store.ts'

/** How many partitions each topic has in these tests. */
export const TOPICS = new Map([
  [tick.topic, 2],
  [fill.topic, 1],
])

export const decimal = (text: string): bigint => {
  const value = parseDecimal(text)
  if (value === undefined) throw new Error(`${text} is no decimal`)
  return value
}

/**
 * Delivers events to a store through the real encoder, decoder and hot path, so that what the API reads there is what
 * production would have written.
 */
export class Deliveries<Store extends HotStore> {
  readonly store: Store
  /** How long the pipeline takes from append to write, ms. */
  readonly delayMs = 7
  #written = 0
  readonly #next = new Map<string, bigint>()
  readonly #hotMetrics: HotMetrics

  constructor(store: Store) {
    this.store = store
    this.#hotMetrics = {
      hotStore: store,
      metrics: new Map(metrics.map((metric) => [metric.name, metric])),
      metricsOf: byEventType(metrics),
      decode: decodeRecords,
      shape: 'today',
      now: () => this.#written,
      newToken: randomUUID,
      newGeneration: randomUUID,
      warm: new Map(),
    }
  }

  /** Appends events to a partition, at the event's own time of receipt, and counts them. */
  async deliver(definition: EventDefinition, partition: number, events: readonly AnyEvent[]): Promise<void> {
    const encode = encoderOf(definition)
    const key = `${definition.topic}:${partition}`
    const records = events.map((event): LogRecord => {
      const offset = this.#next.get(key) ?? 0n
      this.#next.set(key, offset + 1n)
      return { topic: definition.topic, partition, offset, appendedAt: event.received_at, value: encode(event) }
    })
    await this.#count({ topic: definition.topic, partition }, records)
  }

  /** Delivers bytes that no contract accepts. */
  async deliverGarbage(topic: string, partition: number, appendedAt: number): Promise<void> {
    const key = `${topic}:${partition}`
    const offset = this.#next.get(key) ?? 0n
    this.#next.set(key, offset + 1n)
    await this.#count({ topic, partition }, [{ topic, partition, offset, appendedAt, value: new Uint8Array([7]) }])
  }

  /** Loses the next records of a partition: the one after them shows the gap. */
  lose(topic: string, partition: number, records: bigint): void {
    const key = `${topic}:${partition}`
    this.#next.set(key, (this.#next.get(key) ?? 0n) + records)
  }

  async #count(partition: { topic: string; partition: number }, records: readonly LogRecord[]): Promise<void> {
    this.#written = (records.at(-1)?.appendedAt ?? 0) + this.delayMs
    await updateHotMetrics(partition, records, true, this.#hotMetrics)
  }
}

/** A market behind the API, whose store is in memory. */
export class Market extends Deliveries<InMemoryHotStore> {
  constructor() {
    super(new InMemoryHotStore(TOPICS))
  }
}

let trades = 0
const nextTrade = (): string => {
  trades += 1
  return String(trades)
}

/** A trade, received as it happened. */
export const tickOf = (symbol: string, traded_at: number, price: string, quantity = '1'): Tick => ({
  type: 'tick',
  venue: 'test',
  symbol,
  trade_id: nextTrade(),
  traded_at,
  received_at: traded_at,
  price: decimal(price),
  quantity: decimal(quantity),
  taker_side: 'buy',
})

let executions = 0
const nextExecution = (): string => {
  executions += 1
  return `x-${executions}`
}

/** A fill, received as it happened. */
export const fillOf = (
  account: string,
  symbol: string,
  executed_at: number,
  side: 'buy' | 'sell',
  price: string,
  quantity: string,
  fee = '0',
): Fill => ({
  type: 'fill',
  execution_id: nextExecution(),
  account,
  symbol,
  executed_at,
  received_at: executed_at,
  side,
  price: decimal(price),
  quantity: decimal(quantity),
  fee: decimal(fee),
})
