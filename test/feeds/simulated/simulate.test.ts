import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { ONE } from '#domain/decimal.ts'
import { idOf } from '#domain/events/define-event.ts'
import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import { parserOf, toJson } from '#domain/events/to-zod.ts'
import type { Emission } from '#feeds/emission.ts'
import { accountNames, symbolNames } from '#feeds/simulated/listings.ts'
import { type Simulation, simulate } from '#feeds/simulated/simulate.ts'

const START = Date.UTC(2026, 0, 5, 9, 30)
const market: Simulation = {
  seed: 7,
  symbols: symbolNames(20),
  accounts: accountNames(6),
  start: START,
  eventsPerSecond: 1_000,
}

const take = (changes: Partial<Simulation>, count = 20_000): readonly Emission[] =>
  simulate({ ...market, ...changes })
    .take(count)
    .toArray()

const encoders = new Map<string, ReturnType<typeof encoderOf>>(
  [tick, fill].map((definition) => [definition.name, encoderOf(definition)]),
)
const bytesOf = (emissions: readonly Emission[]): Buffer =>
  Buffer.concat(emissions.map(({ definition, event }) => encoders.get(definition.name)?.(event) ?? Buffer.alloc(0)))

test('the same settings give the same bytes', () => {
  expect(bytesOf(take({})).equals(bytesOf(take({})))).toBe(true)
  expect(bytesOf(take({}, 100)).length).toBeGreaterThan(5_000)
})

test.each([
  ['seed', { seed: 8 }],
  ['symbols', { symbols: symbolNames(19) }],
  ['accounts', { accounts: accountNames(5) }],
  ['rate', { eventsPerSecond: 999 }],
])('another %s gives another market', (_what, change) => {
  expect(bytesOf(take({})).equals(bytesOf(take(change)))).toBe(false)
})

test('the same settings give the events that they gave when this was written', () => {
  const digest = createHash('sha256')
  // Across the opening of the exchange, and long enough that something is planted.
  for (const { at, event } of take({ start: Date.parse('2026-11-18T14:29:55Z'), eventsPerSecond: 20 }))
    digest.update(`${at} ${JSON.stringify(toJson(event))}\n`)
  expect(digest.digest('hex')).toBe('cd2e1cc05b0e22f26b2a5830ea8d4afdf0b98cd800efe1c8964fcd721d01f2f9')
})

test('a start a week later moves every time by that week, renames every id, and changes no price', () => {
  const week = 7 * 86_400_000
  const later = take({ start: START + week })
  const ids = new Set(take({}).map(({ definition, event }) => idOf(definition, event)))
  for (const [i, { at, definition, event }] of take({}).entries()) {
    const moved = later[i]
    expect(moved?.at).toBe(at + week)
    expect(moved?.event.price).toBe(event.price)
    expect(moved?.event.quantity).toBe(event.quantity)
    expect(ids.has(idOf(definition, moved?.event ?? event))).toBe(false)
  }
})

test('every event is valid, at its time, in order, on time, and the only one of its id', () => {
  const parse = new Map<string, ReturnType<typeof parserOf>>(
    [tick, fill].map((definition) => [definition.name, parserOf(definition, 'json')]),
  )
  const emissions = take({})
  expect(new Set(emissions.map(({ definition, event }) => idOf(definition, event))).size).toBe(emissions.length)
  for (const [i, { at, definition, event }] of emissions.entries()) {
    expect(parse.get(definition.name)?.(toJson(event))).toEqual({ event })
    expect(at).toBe(START + i)
    expect([event[definition.at], event.received_at]).toEqual([at, at])
  }
})

test('all symbols and accounts trade, some prices and quantities reach the eighth decimal, and some accounts go short', () => {
  const emissions = take({}, 50_000)
  const ticks = emissions.filter(({ definition }) => definition === tick).map(({ event }) => event)
  const fills = emissions.filter(({ definition }) => definition === fill).map(({ event }) => event)
  expect(new Set(ticks.map(({ symbol }) => symbol)).size).toBe(20)
  expect(new Set(fills.map(({ account }) => account)).size).toBe(6)
  expect(ticks.some(({ price }) => Number(BigInt(price as bigint) % 10n) !== 0)).toBe(true)
  expect(ticks.some(({ quantity }) => Number(BigInt(quantity as bigint) % 10n) !== 0)).toBe(true)
  expect(fills.some(({ fee }) => BigInt(fee as bigint) < 0n)).toBe(true)
  const open = new Map<string, bigint>()
  for (const { account, symbol, side, quantity } of fills) {
    const key = `${account} ${symbol}`
    open.set(key, (open.get(key) ?? 0n) + (side === 'buy' ? BigInt(quantity as bigint) : -BigInt(quantity as bigint)))
  }
  expect([...open.values()].some((quantity) => quantity < 0n)).toBe(true)
  expect([...open.values()].some((quantity) => quantity > 0n)).toBe(true)
})

test('a fill has the price of the trade before it, and its fee is a share of its value', () => {
  const emissions = take({})
  for (const [i, { definition, event }] of emissions.entries()) {
    if (definition !== fill) continue
    const trade = emissions[i - 1]?.event
    expect([event.symbol, event.price, event.quantity]).toEqual([trade?.symbol, trade?.price, trade?.quantity])
    const value = (BigInt(event.price as bigint) * BigInt(event.quantity as bigint)) / ONE
    const fee = BigInt(event.fee as bigint)
    expect(fee <= value / 1_000n + 1n && fee >= -value / 10_000n - 1n).toBe(true)
  }
})

test('prices move, and stay in the neighbourhood', () => {
  const prices = take({ eventsPerSecond: 1 }, 86_400)
    .filter(({ event }) => event.type === 'tick' && event.symbol === 'BTCUSDT')
    .map(({ event }) => Number(event.price) / 1e8)
  expect(new Set(prices).size).toBeGreaterThan(1_000)
  expect(Math.min(...prices)).toBeGreaterThan(42_000 * 0.8)
  expect(Math.max(...prices)).toBeLessThan(42_000 * 1.25)
})
