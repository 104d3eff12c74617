import { encoderOf } from '#adapters/avro/encode-events.ts'
import type { AnyEvent } from '#domain/events/define-event.ts'
import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import type { Log, LogRecord, Partition } from '#domain/ports.ts'

const encodeTick = encoderOf(tick)
const encodeFill = encoderOf(fill)
const START = Date.UTC(2026, 0, 5, 12)

/** One partition's records in memory, as a `Log`. */
export class SampleLog implements Log {
  readonly contiguous = true
  readonly partition: Partition
  readonly records: readonly LogRecord[]
  constructor(partition: Partition, records: readonly LogRecord[]) {
    this.partition = partition
    this.records = records
  }
  async bounds() {
    return { earliest: 0n, end: BigInt(this.records.length) }
  }
  async *read(_partition: Partition, from: bigint, end: bigint) {
    for (let at = Number(from); at < Number(end); at += 7) yield this.records.slice(at, Math.min(at + 7, Number(end)))
  }
  async close() {
    // Nothing is open.
  }
}

/** A log of ticks, or of fills, of a few entities over a few minutes: some twice, some late, some bad. */
export function sampleLog(topic: 'market_data_raw' | 'trades_raw', length: number, random: () => number): SampleLog {
  const partition = { topic, partition: 0 }
  const values: Buffer[] = []
  for (let i = 0; i < length; i += 1) {
    const dice = random()
    const earlier = values[Math.floor(random() * values.length)]
    if (dice < 0.12 && earlier) values.push(earlier)
    else if (dice < 0.18) values.push(Buffer.from('not an event'))
    else values.push(topic === 'trades_raw' ? encodeFill(someFill(i, random)) : encodeTick(someTick(i, random)))
  }
  const records = values.map((value, i) => ({ ...partition, offset: BigInt(i), appendedAt: START + i * 1_000, value }))
  return new SampleLog(partition, records)
}

function someTick(i: number, random: () => number): AnyEvent {
  const traded_at = START + Math.floor(random() * 180_000)
  return {
    type: 'tick',
    venue: 'simulated',
    symbol: `S${Math.floor(random() * 3)}`,
    trade_id: `${i}`,
    traded_at,
    price: amount(random),
    quantity: amount(random),
    taker_side: random() < 0.5 ? 'buy' : 'sell',
    received_at: traded_at + (random() < 0.1 ? 301_000 : 20),
  }
}

function someFill(i: number, random: () => number): AnyEvent {
  const executed_at = START + Math.floor(random() * 180_000)
  return {
    type: 'fill',
    execution_id: `${i}`,
    account: `A${Math.floor(random() * 2)}`,
    symbol: `S${Math.floor(random() * 3)}`,
    executed_at,
    side: random() < 0.5 ? 'buy' : 'sell',
    price: amount(random),
    quantity: amount(random),
    fee: amount(random),
    received_at: executed_at + (random() < 0.1 ? 301_000 : 20),
  }
}

const amount = (random: () => number): bigint => BigInt(1 + Math.floor(random() * 10 ** (3 + Math.floor(random() * 9))))
