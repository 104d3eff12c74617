/**
 * The plain way, to compare with: one Node process that reads the log, adds floating-point numbers up and increments
 * Redis. It lacks what the platform promises: exact decimals, no event counted twice after a crash or a repeated send
 * (its offset is stored apart from its sums), checks of what comes in, order by event time, gaps noticed, Lambda.
 * `node test/bench/peer.ts <kafka> <redis port> <stretches>`
 */
import { fileURLToPath } from 'node:url'
import { avroTypeOf } from '#adapters/avro/avro-type.ts'
import { HEADER_BYTES } from '#adapters/avro/frame.ts'
import { KafkaLog } from '#adapters/kafka/log.ts'
import { connectRedis } from '#adapters/redis/connection.ts'
import { type Fill, fill } from '#domain/events/fill.ts'
import { type Tick, tick } from '#domain/events/tick.ts'
import { toAvro } from '#domain/events/to-avro.ts'
import type { LogRecord } from '#domain/ports.ts'
import { runChild } from './child.ts'
import { load, rounded } from './figures.ts'
import type { Bench } from './platform.ts'
import { nameOf, ofWord, type Stretch, sizeOf, toWord } from './stretch.ts'

/** What it managed. */
export interface Peer {
  readonly events: number
  readonly eventsPerSecond: number
  readonly load: number
}

/** Runs it over these stretches of the platform's log, against the platform's Redis under keys of its own. */
export const measurePeer = ({ kafka, redis }: Bench, stretches: readonly Stretch[]): Promise<Peer> =>
  runChild<Peer>(fileURLToPath(import.meta.url), kafka, `${redis.port}`, toWord(stretches))

/** Sums by field, by key; and the last value of a field, by key. */
interface Change {
  readonly sums: Map<string, Map<string, number>>
  readonly last: Map<string, Map<string, number>>
}

const MINUTE_MS = 60_000
const tickType = avroTypeOf(toAvro(tick))
const fillType = avroTypeOf(toAvro(fill))
const bodyOf = ({ value }: LogRecord): Buffer =>
  Buffer.from(value.buffer, value.byteOffset + HEADER_BYTES, value.byteLength - HEADER_BYTES)
const float = (decimal: bigint): number => Number(decimal) / 1e8

async function run(kafka: string, port: number, stretches: readonly Stretch[]): Promise<Peer> {
  const log = new KafkaLog({ bootstrap: kafka })
  const { redis, close } = connectRedis({ host: '127.0.0.1', port, tls: false })
  const begun = performance.now()
  await Promise.all(
    stretches.map(async (stretch) => {
      const tag = `{peer:${nameOf(stretch)}}`
      for await (const records of log.read(stretch, stretch.from, stretch.to)) {
        const { sums, last } = stretch.topic === tick.topic ? ofTicks(records) : ofFills(records)
        const pipeline = redis.pipeline()
        for (const [key, fields] of sums) {
          for (const [field, value] of fields) pipeline.hincrbyfloat(`${tag}:${key}`, field, value)
        }
        for (const [key, fields] of last) pipeline.hset(`${tag}:${key}`, Object.fromEntries(fields))
        await pipeline.exec()
        await redis.set(`${tag}:offset`, `${(records.at(-1)?.offset ?? 0n) + 1n}`)
      }
    }),
  )
  const seconds = (performance.now() - begun) / 1_000
  await close()
  const events = sizeOf(stretches)
  return { events, eventsPerSecond: rounded(events / seconds), load: load() }
}

function ofTicks(records: readonly LogRecord[]): Change {
  const change: Change = { sums: new Map(), last: new Map() }
  for (const record of records) {
    const { symbol, traded_at, price, quantity } = tickType.fromBuffer(bodyOf(record)) as Tick
    const bar = `${symbol}:${traded_at - (traded_at % MINUTE_MS)}`
    const [p, q] = [float(price), float(quantity)]
    add(change, bar, { volume: q, notional: p * q, trades: 1 })
    put(change, bar, 'close', p)
    put(change, symbol, 'price', p)
  }
  return change
}

function ofFills(records: readonly LogRecord[]): Change {
  const change: Change = { sums: new Map(), last: new Map() }
  for (const record of records) {
    const { account, symbol, side, price, quantity, fee } = fillType.fromBuffer(bodyOf(record)) as Fill
    const [p, q] = [float(price), float(quantity)]
    const sums = side === 'buy' ? { bought: q, paid: p * q } : { sold: q, received: p * q }
    add(change, `${account}:${symbol}`, { ...sums, fees: float(fee) })
  }
  return change
}

function add({ sums }: Change, key: string, values: Readonly<Record<string, number>>): void {
  const fields = sums.get(key) ?? new Map<string, number>()
  for (const [field, value] of Object.entries(values)) fields.set(field, (fields.get(field) ?? 0) + value)
  sums.set(key, fields)
}

function put({ last }: Change, key: string, field: string, value: number): void {
  const fields = last.get(key) ?? new Map<string, number>()
  fields.set(field, value)
  last.set(key, fields)
}

if (import.meta.main) {
  const [kafka = '', port = '', word = '[]'] = process.argv.slice(2)
  process.stdout.write(JSON.stringify(await run(kafka, Number(port), ofWord(word))))
}
