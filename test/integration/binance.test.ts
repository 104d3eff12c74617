import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { theOutside } from '#feeds/binance/outside.ts'
import type { StreamOptions, Taken } from '#feeds/binance/stream-settings.ts'
import { TradeStream } from '#feeds/binance/trade-stream.ts'
import { BinanceVenue, until } from './binance-venue.ts'

let venue: BinanceVenue

beforeAll(async () => {
  venue = await BinanceVenue.start()
})
afterAll(() => venue.stop())
beforeEach(async () => {
  await venue.heal()
  await venue.rate(100)
})

/** A stream that is read from the moment it is opened. */
class Reader {
  readonly taken: Taken[] = []
  readonly stream: TradeStream
  readonly #stop = new AbortController()
  readonly #read: Promise<void>

  constructor(options: Partial<StreamOptions> = {}, outside = theOutside) {
    this.stream = new TradeStream(
      { symbols: venue.symbols, ...venue.addresses, ...options },
      this.#stop.signal,
      outside,
    )
    this.#read = this.#all()
    onTestFinished(() => this.end())
  }

  async #all(): Promise<void> {
    for await (const batch of this.stream) this.taken.push(...batch)
  }

  end(): Promise<void> {
    this.#stop.abort()
    return this.#read
  }

  ids(symbol: string): readonly number[] {
    return this.taken.flatMap((one) => (one.kind === 'trade' && one.symbol === symbol ? [one.id] : []))
  }

  of<K extends Taken['kind']>(kind: K) {
    return this.taken.filter((one): one is Extract<Taken, { kind: K }> => one.kind === kind)
  }

  /** Stops the market once every symbol has traded on every connection that is to stand, and reads it to its end. */
  async settle(connections = 2): Promise<void> {
    await until(async () => (await venue.sent()).to_come === 0 && this.#standing() === connections, 'connections')
    const { symbols: before } = await venue.sent()
    await until(() => venue.symbols.every((symbol) => this.#newest(symbol) > before[symbol].last), 'trades')
    await venue.rate(0)
    const { symbols } = await venue.sent()
    await until(
      () => this.stream.open === 0 && venue.symbols.every((symbol) => this.#newest(symbol) === symbols[symbol].last),
      'the last trades',
    )
  }

  #newest(symbol: string): number {
    return Math.max(0, ...this.ids(symbol))
  }

  #standing(): number {
    const { connected, disconnected, renewed } = this.stream.statistics
    return connected - disconnected - renewed
  }
}

/** Every id from the first to the last one that the venue has sent, but those that nobody has. */
async function everyId(reader: Reader, symbol: (typeof venue.symbols)[number]): Promise<readonly number[]> {
  const { last, lost } = (await venue.sent()).symbols[symbol]
  const from = Math.min(...reader.ids(symbol))
  return Array.from({ length: last - from + 1 }, (_, i) => from + i).filter((id) => !lost.includes(id))
}

async function expectEachOnce(reader: Reader): Promise<void> {
  for (const symbol of venue.symbols) {
    expect(reader.ids(symbol).toSorted((a, b) => a - b)).toEqual(await everyId(reader, symbol))
  }
}

/** What is counted adds up, whatever happened. */
function expectBalanced({ stream, taken }: Reader): void {
  const { received, duplicates, early, missing, filled, recovered, lost } = stream.statistics
  const trades = taken.filter(({ kind }) => kind === 'trade').length
  expect(received - duplicates - early + filled).toBe(trades)
  expect(filled + recovered + lost + stream.open).toBe(missing)
}

/**
 * Two connections may be heard in any order, on a busy machine with more than a moment between: so long may an id be
 * missing without anything being wrong.
 */
const patient = { reorderMs: 3_000, holdMs: 4_000 }

describe('the stream of trades', () => {
  test('disconnected ten times, with gaps, copies and disorder between: every trade once, and all of it counted', async () => {
    const reader = new Reader()
    await until(() => reader.taken.length > 0, 'a first trade')
    await venue.fault('disconnect', { count: 10, ms: 500 })
    for (const [fault, count] of [
      ['duplicate', 20],
      ['reorder', 10],
      ['gap', 15],
    ] as const)
      await venue.fault(fault, { count })
    await reader.settle()
    await reader.end()
    await expectEachOnce(reader)
    expectBalanced(reader)
    const { statistics } = reader.stream
    expect(statistics).toMatchObject({ lost: 0, strange: 0, anew: 0, unreadable: 0, renewed: 0 })
    expect(statistics.disconnected).toBeGreaterThanOrEqual(10)
    expect(statistics.gaps).toBeGreaterThan(0)
    expect(statistics.filled).toBeGreaterThanOrEqual(15)
    expect(statistics.duplicates).toBeGreaterThan(20)
  })

  test('what only one of two connections misses needs no REST, and comes in order', async () => {
    const reader = new Reader(patient)
    await until(() => reader.stream.statistics.connected === 2 && reader.taken.length > 20, 'both connections')
    await venue.fault('disconnect_one')
    await venue.fault('reorder', { count: 10 })
    await reader.settle()
    await reader.end()
    await expectEachOnce(reader)
    for (const symbol of venue.symbols) expect(reader.ids(symbol)).toEqual(await everyId(reader, symbol))
    expect(reader.stream.statistics).toMatchObject({ disconnected: 1, rest_requests: 0, lost: 0 })
  })

  test('broken messages are handed on as they came, and their trades are had from REST', async () => {
    const reader = new Reader()
    await until(() => reader.stream.statistics.connected === 2, 'both connections')
    await venue.fault('malformed', { count: 3 })
    await until(() => reader.of('unreadable').length > 0, 'broken messages')
    await reader.settle()
    await reader.end()
    await expectEachOnce(reader)
    const broken = reader.of('unreadable')
    expect(broken).toHaveLength(6)
    for (const { raw, reason } of broken)
      expect([raw.toString().slice(0, 11), reason]).toEqual(['{"stream":"', 'it is no JSON'])
    expect(reader.stream.statistics).toMatchObject({ unreadable: 6, lost: 0, gaps: expect.any(Number) })
  })

  test('REST that throttles, fails and breaks is asked again, not before it allows', async () => {
    const reader = new Reader({ connections: 1 }, { ...theOutside, random: () => 0.1 })
    await until(() => reader.taken.length > 20, 'trades')
    const path = '/historicalTrades'
    await venue.fault('429', { retry_after: 1, path })
    for (const fault of ['500', 'malformed', 'disconnect', 'empty']) await venue.fault(fault, { path })
    const { statistics } = reader.stream
    await venue.fault('gap', { count: 5 })
    await until(() => statistics.rest_throttled === 1, 'a 429')
    const throttledAt = performance.now()
    await until(() => statistics.rest_requests > 1, 'the next request')
    expect(performance.now() - throttledAt).toBeGreaterThan(900)
    await until(() => statistics.filled >= 5, 'the gap filled')
    await reader.settle(1)
    await reader.end()
    await expectEachOnce(reader)
    expectBalanced(reader)
    expect(statistics).toMatchObject({ rest_throttled: 1, rest_failed: 4, lost: 0 })
  })

  test('what the venue itself does not have is lost after a while, and said by its ids; the others pass at once', async () => {
    const reader = new Reader({ patienceMs: 1_200, holdMs: 300 })
    await until(() => reader.taken.length > 20, 'trades')
    await venue.fault('lost', { count: 4 })
    await until(() => reader.stream.statistics.lost === 4, 'the loss')
    await reader.settle()
    await reader.end()
    await expectEachOnce(reader)
    expectBalanced(reader)
    const { symbols } = await venue.sent()
    const told = reader.of('lost').map(({ symbol, from, to, reason }) => ({ symbol, from, to, reason }))
    expect(
      told.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i)).toSorted(),
    ).toEqual(
      venue.symbols
        .flatMap((symbol) => symbols[symbol].lost.filter((id) => id >= Math.min(...reader.ids(symbol))))
        .toSorted(),
    )
    expect(told[0]?.reason).toBe('the venue has answered without them for 1 s')
  })

  test('before its 24 hours are over, a connection is replaced without a trade between', async () => {
    const reader = new Reader({ ...patient, connections: 1, renewMs: 700 })
    await until(() => reader.stream.statistics.renewed >= 3, 'renewals')
    await reader.settle(1)
    await reader.end()
    expect(reader.stream.statistics).toMatchObject({ disconnected: 0, rest_requests: 0, lost: 0 })
    await expectEachOnce(reader)
  })

  test('when the server says that it will go, its connections are left before it does', async () => {
    const reader = new Reader(patient)
    await until(() => reader.stream.statistics.connected === 2 && reader.taken.length > 0, 'both connections')
    const { cut } = await venue.sent()
    await venue.fault('shutdown', { ms: 2_000 })
    await reader.settle()
    await reader.end()
    expect(reader.stream.statistics).toMatchObject({ renewed: 2, disconnected: 0, rest_requests: 0, lost: 0 })
    expect((await venue.sent()).cut).toBe(cut)
    await expectEachOnce(reader)
  })

  test('a connection that has gone deaf is given up; one on which there is merely no trade is not', async () => {
    await venue.rate(0)
    const reader = new Reader({ silentMs: 300, answerMs: 1_000 })
    await until(() => reader.stream.statistics.others >= 4, 'answers to questions')
    expect(reader.stream.statistics).toMatchObject({ connected: 2, disconnected: 0 })
    await venue.fault('dead')
    await until(() => reader.stream.statistics.connected === 4, 'new connections')
    expect(reader.stream.statistics).toMatchObject({ disconnected: 2, silent: 2 })
    expect(reader.stream.trouble).toBe('nothing came, not even an answer')
  })

  test('pings are answered, or the venue would hang up', async () => {
    await venue.limits({ ping_ms: 300, pong_ms: 1_200 })
    const reader = new Reader()
    await until(() => reader.stream.statistics.received > 400, 'trades of two seconds')
    await reader.end()
    expect(reader.stream.statistics).toMatchObject({ connected: 2, disconnected: 0 })
  })
})
