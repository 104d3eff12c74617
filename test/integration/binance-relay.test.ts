import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { decodeRecords } from '#adapters/avro/decode-records.ts'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { tick } from '#domain/events/tick.ts'
import type { EventSink, OutgoingRecord, Tally } from '#domain/ports.ts'
import { theOutside } from '#feeds/binance/outside.ts'
import { TradeStream } from '#feeds/binance/trade-stream.ts'
import { SharedPositions } from '#lambdas/binance-relay/positions.ts'
import { type Relayed, relayTrades } from '#lambdas/binance-relay/relay-trades.ts'
import { RememberedObjects } from '../lambdas/refresh-planner/remembered-objects.ts'
import { BinanceVenue, until } from './binance-venue.ts'

let venue: BinanceVenue
let objects: RememberedObjects

beforeAll(async () => {
  venue = await BinanceVenue.start()
})
afterAll(() => venue.stop())
beforeEach(async () => {
  objects = new RememberedObjects()
  await venue.heal()
  await venue.rate(200)
})

/** The queue of a run, which may cease to take anything. */
class Queue implements EventSink {
  readonly records: OutgoingRecord[] = []
  readonly tally: ReadonlyMap<string, Tally> = new Map()
  /** Takes no more than so many records. */
  most = Number.POSITIVE_INFINITY

  async accept(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.records.length + records.length > this.most) throw new Error('the queue is gone')
    this.records.push(...records)
  }

  async flush(): Promise<void> {
    await Promise.resolve()
  }

  async close(): Promise<void> {
    await Promise.resolve()
  }

  async ids(symbol: string): Promise<readonly number[]> {
    const { events } = await decoded(this)
    return events.flatMap(({ event }) => (event.symbol === symbol ? [Number(event.trade_id)] : []))
  }
}

const LASTS_MS = 60_000

/** A run, whose time is up when it is enough. */
function run(name: string, queue: Queue, enough: Promise<void>): Promise<Relayed> {
  const positions = new SharedPositions(objects, 'feeds/binance/positions.json', {
    run: name,
    now: Date.now,
    mostApart: 100_000,
  })
  const { symbols, addresses } = venue
  const { clock } = theOutside
  return relayTrades(
    {
      symbols,
      positions,
      mostMissing: 100_000,
      open: (from, stop) => new TradeStream({ symbols, ...addresses, from }, stop),
      sink: queue,
      encode: encoderOf(tick),
      clock: {
        now: clock.now,
        wait: (ms, stop) => (ms === LASTS_MS ? Promise.race([enough, clock.wait(ms, stop)]) : clock.wait(ms, stop)),
      },
      log: { warn: () => undefined, error: () => undefined },
    },
    { lastsMs: LASTS_MS, collectMs: 20, noteMs: 100 },
  )
}

const never = new Promise<void>(() => undefined)

/** A run that ends when it has relayed so many, and misses nothing by its own note. */
const runUntilWhole = (name: string, queue: Queue, most = 100): Promise<Relayed> =>
  run(
    name,
    queue,
    until(() => noted().holder === name && isWhole() && queue.records.length >= most, 'a run that has caught up'),
  )

const noted = () =>
  JSON.parse(objects.texts.get('feeds/binance/positions.json')?.text ?? '{"symbols":{}}') as {
    holder?: string
    symbols: Record<string, { last: number; missing: number[][] }>
  }

const missing = () => Object.values(noted().symbols).flatMap((symbol) => symbol.missing)
const isWhole = () => missing().length === 0

const decoded = ({ records }: Queue) =>
  decodeRecords(
    records.map(({ topic, value }, at) => ({ topic, partition: 0, offset: BigInt(at), appendedAt: 0, value })),
  )

/** Whatever these runs handed over is every trade from the first to the last one, copies aside. @returns how many copies */
async function expectWhole(...queues: Queue[]): Promise<number> {
  let copies = 0
  for (const symbol of venue.symbols) {
    const ids = (await Promise.all(queues.map((queue) => queue.ids(symbol)))).flat()
    const each = [...new Set(ids)].toSorted((a, b) => a - b)
    copies += ids.length - each.length
    expect(each.length).toBeGreaterThan(0)
    expect(each).toEqual(Array.from({ length: (each.at(-1) ?? 0) - (each[0] ?? 0) + 1 }, (_, i) => (each[0] ?? 0) + i))
    expect(noted().symbols[symbol]).toEqual({ last: each.at(-1), missing: [] })
  }
  return copies
}

test('a run takes over from the one before, which leaves off; nothing falls between, and little comes twice', async () => {
  const [first, second] = [new Queue(), new Queue()]
  const before = run('first', first, never)
  await until(() => first.records.length > 200, 'trades of the first run')
  const after = runUntilWhole('second', second, 300)
  expect(await before).toMatchObject({ is_superseded: true, lost: 0 })
  expect(await after).toMatchObject({ is_superseded: false, lost: 0, open: 0 })
  expect(noted().holder).toBe('second')
  expect(await expectWhole(first, second)).toBeLessThan(200)
})

test('what came to pass while no run was there is filled by the next one', async () => {
  const [first, second] = [new Queue(), new Queue()]
  await runUntilWhole('first', first)
  const { BTCUSDT } = noted().symbols
  await until(async () => (await venue.sent()).symbols.BTCUSDT.last > (BTCUSDT?.last ?? 0) + 150, 'trades unseen')
  const relayed = await runUntilWhole('second', second, 350)
  expect(relayed).toMatchObject({ lost: 0, open: 0 })
  expect(relayed.filled).toBeGreaterThanOrEqual(150)
  expect(await expectWhole(first, second)).toBe(0)
})

test('a run that breaks down is made good: what it had not noted is handed over again', async () => {
  const [first, second] = [new Queue(), new Queue()]
  first.most = 300
  await expect(run('first', first, never)).rejects.toThrow('the queue is gone')
  await runUntilWhole('second', second)
  await expectWhole(first, second)
})

test('what is still missing at the end of a run is looked for by the next one, and by nobody after', async () => {
  const queues = [new Queue(), new Queue(), new Queue()] as const
  await runUntilWhole('first', queues[0])
  await venue.fault('500', { path: '/historicalTrades', count: 1_000 })
  const second = run(
    'second',
    queues[1],
    until(() => noted().holder === 'second' && missing().length > 3, 'gaps'),
  )
  await until(() => queues[1].records.length > 50, 'trades of the second run')
  await venue.fault('gap', { count: 10 })
  const { open, rest_failed } = await second
  expect(open).toBeGreaterThan(3)
  expect(rest_failed).toBeGreaterThan(0)
  await venue.heal()
  expect(await runUntilWhole('third', queues[2])).toMatchObject({ open: 0, lost: 0 })
  expect(await expectWhole(...queues)).toBe(0)
})

test('a message that nobody can read reaches the topic as it came, where no contract accepts it', async () => {
  const queue = new Queue()
  const rejected = async () => (await decoded(queue)).rejected
  const relayed = run(
    'first',
    queue,
    until(async () => (await rejected()).length === 4 && isWhole(), 'four such messages'),
  )
  await until(() => queue.records.length > 50, 'trades')
  await venue.fault('malformed', { count: 2 })
  expect(await relayed).toMatchObject({ unreadable: 4, lost: 0 })
  expect((await rejected()).map(({ stage, code, record }) => [stage, code, record.topic])).toEqual(
    Array.from({ length: 4 }, () => ['decode', 'malformed', 'market_data_raw']),
  )
})
