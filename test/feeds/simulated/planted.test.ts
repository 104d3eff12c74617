import { expect, test } from 'vitest'
import type { Tick } from '#domain/events/tick.ts'
import { symbolNames } from '#feeds/simulated/listings.ts'
import { MINUTE_MS, type Planted, plantedOf } from '#feeds/simulated/planted.ts'
import { Session } from '#feeds/simulated/session.ts'
import { simulate } from '#feeds/simulated/simulate.ts'
import { seedOf } from '../../contracts/random.ts'

const HOUR = 60 * MINUTE_MS
const symbols = symbolNames(8)
/** An hour before the exchange opens. */
const start = Date.parse('2026-11-18T13:30:00Z')
const name = ({ symbol, kind, at }: Pick<Planted, 'symbol' | 'kind' | 'at'>) =>
  `${new Date(at).toISOString().slice(11, 16)} ${symbol} ${kind}`

test('what is planted hangs on seed, symbols and start alone, and is the same however the span is cut', () => {
  const seed = seedOf('planted, cut')
  const soil = { seed, symbols, start }
  const day = plantedOf(soil, start, start + 24 * HOUR)
  const cut = start + (seed % 86_400) * 1_000
  expect([...plantedOf(soil, start, cut), ...plantedOf(soil, cut, start + 24 * HOUR)]).toEqual(day)
  expect(plantedOf(soil, 0, start)).toEqual([])
  expect(plantedOf({ ...soil, seed: seed + 1 }, start, start + 24 * HOUR)).not.toEqual(day)
  expect(plantedOf({ ...soil, start: start + 7 * 24 * HOUR }, 0, start + 8 * 24 * HOUR)).toEqual(
    day.map((planted) => ({ ...planted, at: planted.at + 7 * 24 * HOUR })),
  )
})

test('every symbol has both kinds, minutes apart, shares only well within the session', () => {
  const seed = seedOf('planted, kinds')
  const session = new Session()
  const bySymbol = Map.groupBy(plantedOf({ seed, symbols, start }, start, start + 72 * HOUR), ({ symbol }) => symbol)
  expect([...bySymbol.keys()].sort()).toEqual(symbols.toSorted())
  for (const [symbol, planted] of bySymbol) {
    expect(new Set(planted.map(({ kind }) => kind)).size).toBe(2)
    for (const [i, { at }] of planted.entries()) {
      expect(at % MINUTE_MS).toBe(0)
      expect(at - (planted[i - 1]?.at ?? 0)).toBeGreaterThanOrEqual(6 * MINUTE_MS)
      if (!symbol.endsWith('USDT'))
        expect([session.phaseAt(at), session.phaseAt(at - HOUR / 2)]).toEqual(['open', 'open'])
    }
  }
})

interface Minute {
  volume: number
  /** The largest step from one trade's price to the next, of its logarithm. */
  leap: number
}

/** Every minute of every symbol. */
function minutesOf(seed: number, until: number): ReadonlyMap<string, ReadonlyMap<number, Minute>> {
  const bySymbol = new Map(symbols.map((symbol) => [symbol, new Map<number, Minute>()]))
  const last = new Map<string, number>()
  for (const { at, event } of simulate({ seed, symbols, accounts: [], start, eventsPerSecond: 60 })) {
    if (at >= until) break
    const { symbol, price, quantity } = event as Tick
    const from = at - (at % MINUTE_MS)
    const minutes = bySymbol.get(symbol) ?? new Map<number, Minute>()
    const minute = minutes.get(from) ?? { volume: 0, leap: 0 }
    const step = Math.log(Number(price) / (last.get(symbol) ?? Number(price)))
    minutes.set(from, {
      volume: minute.volume + Number(quantity),
      leap: Math.abs(step) > Math.abs(minute.leap) ? step : minute.leap,
    })
    last.set(symbol, Number(price))
  }
  return bySymbol
}

test('a plain detector finds exactly what is planted', () => {
  const seed = seedOf('planted, found')
  const until = start + 4 * HOUR
  const planted = plantedOf({ seed, symbols, start }, start, until)
  const leaps = new Map(planted.filter(({ kind }) => kind === 'jump').map((jump) => [name(jump), jump.factor]))
  const found: string[] = []
  for (const [symbol, minutes] of minutesOf(seed, until)) {
    const session = new Session()
    const volumes = [...minutes.values()].map(({ volume }) => volume).sort((a, b) => a - b)
    const steps = [...minutes.values()].map(({ leap }) => Math.abs(leap)).sort((a, b) => a - b)
    const usual = volumes[Math.floor(volumes.length / 2)] ?? 0
    const usualLeap = steps[Math.floor(steps.length / 2)] ?? 0
    for (const [at, { volume, leap }] of minutes) {
      // A share before the session is another market: few trades, small ones.
      if (!symbol.endsWith('USDT') && session.phaseAt(at) !== 'open') continue
      if (volume > 4 * usual) found.push(name({ symbol, kind: 'volume_spike', at }))
      if (Math.abs(leap) < 3.5 * usualLeap) continue
      found.push(name({ symbol, kind: 'jump', at }))
      const factor = leaps.get(name({ symbol, kind: 'jump', at })) ?? 0
      expect(Math.abs(leap - Math.log(factor)), name({ symbol, kind: 'jump', at })).toBeLessThan(2 * usualLeap)
    }
  }
  expect(planted.length).toBeGreaterThan(15)
  expect(found.sort()).toEqual(planted.map(name).sort())
})

test('a symbol that rarely trades has made every leap in between by its next trade', () => {
  const seed = seedOf('planted, sparse')
  const soil = { seed, symbols: ['BTCUSDT'], start }
  const sums = { moved: 0, planted: 0 }
  let last: { readonly at: number; readonly price: number } | undefined
  for (const { at, event } of simulate({ ...soil, accounts: [], eventsPerSecond: 1 / 7_200 }).take(2_000)) {
    const price = Number((event as Tick).price)
    if (last !== undefined) {
      const leaps = plantedOf(soil, last.at + 1, at + 1).filter(({ kind }) => kind === 'jump')
      const planted = leaps.reduce((sum, { factor }) => sum + Math.log(factor), 0)
      sums.moved += planted * Math.log(price / last.price)
      sums.planted += planted ** 2
    }
    last = { at, price }
  }
  // How much of the leaps is in the moves, the rest being the walk: all of it.
  expect(Math.abs(sums.moved / sums.planted - 1)).toBeLessThan(0.1)
})
