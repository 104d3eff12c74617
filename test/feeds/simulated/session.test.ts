import { expect, test } from 'vitest'
import { groupOfSymbol } from '#domain/events/symbol-groups.ts'
import type { Tick } from '#domain/events/tick.ts'
import { listingsOf, symbolNames, wellKnown } from '#feeds/simulated/listings.ts'
import { Session } from '#feeds/simulated/session.ts'
import { simulate } from '#feeds/simulated/simulate.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const session = new Session()
const phase = (at: string) => session.phaseAt(Date.parse(at))

test.each([
  ['winter', '2026-01-20', 5],
  ['summer', '2026-07-21', 4],
  ['the first trading day of summer time', '2026-03-09', 4],
  ['the first trading day of winter time', '2026-11-02', 5],
])('in %s the exchange opens at 09:30 and closes at 16:00 in New York', (_what, day, behind) => {
  const at = (hour: number) => new Date(Date.parse(`${day}T00:00:00Z`) + (hour + behind) * HOUR).toISOString()
  const before = (hour: number) => new Date(Date.parse(at(hour)) - 1).toISOString()
  expect([phase(before(4)), phase(at(4)), phase(before(9.5))]).toEqual(['closed', 'extended', 'extended'])
  expect([phase(at(9.5)), phase(before(16)), phase(at(16))]).toEqual(['open', 'open', 'extended'])
  expect([phase(before(20)), phase(at(20))]).toEqual(['extended', 'closed'])
  expect(session.progressAt(Date.parse(at(12.75)))).toBe(0.5)
})

test('on weekends and holidays it stays closed', () => {
  for (const day of ['2026-11-21', '2026-11-22', '2026-11-26', '2026-12-25']) {
    for (let hour = 5; hour < 29; hour += 1) {
      expect(session.phaseAt(Date.parse(`${day}T00:00:00Z`) + hour * HOUR)).toBe('closed')
    }
  }
})

/** Volume by symbol, in usual trades, and trades, of a market from that time on. */
function traded(start: string, length: number, symbols: readonly string[], eventsPerSecond = 50) {
  const sums = new Map(symbols.map((symbol) => [symbol, { volume: 0, trades: 0 }]))
  const listings = new Map(listingsOf(symbols).map((listing) => [listing.symbol, listing]))
  const from = Date.parse(start)
  for (const { at, event } of simulate({ seed: 3, symbols, accounts: [], start: from, eventsPerSecond })) {
    if (at >= from + length) break
    const { symbol, quantity } = event as Tick
    const listing = listings.get(symbol)
    const sum = sums.get(symbol)
    if (listing === undefined || sum === undefined) throw new Error(`an unknown symbol: ${symbol}`)
    sum.volume += (Number(quantity) / 1e8) * (listing.price / listing.notional)
    sum.trades += 1
  }
  return sums
}

test("a share's volume is a U over the session: large at its ends, small in its middle", () => {
  const usualMinute = (start: string) => {
    const minutes = Array.from({ length: 15 }, (_, i) => {
      const from = new Date(Date.parse(start) + i * MINUTE).toISOString()
      return traded(from, MINUTE, ['AAPL', 'LMT']).get('AAPL')?.volume ?? 0
    })
    return minutes.sort((a, b) => a - b)[7] ?? 0
  }
  const [opening = 0, noon = 0, closing = 0] = ['14:30', '17:38', '20:45'].map((time) =>
    usualMinute(`2026-01-20T${time}:00Z`),
  )
  for (const end of [opening, closing]) {
    expect(end / noon).toBeGreaterThan(2.3)
    expect(end / noon).toBeLessThan(3.3)
  }
})

test('outside the session shares trade thinly, coins as ever; at no hour does a market stand still', () => {
  const symbols = symbolNames(8)
  const tradesOf = (start: string) =>
    new Map([...traded(start, 10 * MINUTE, symbols)].map(([symbol, { trades }]) => [symbol, trades]))
  const open = tradesOf('2026-01-20T17:00:00Z')
  const before = tradesOf('2026-01-20T13:00:00Z')
  const saturday = tradesOf('2026-01-24T17:00:00Z')
  for (const { symbol, kind } of listingsOf(symbols)) {
    const [inSession = 0, early = 0, weekend = 0] = [open, before, saturday].map((trades) => trades.get(symbol))
    if (kind === 'coin') {
      expect(early).toBeGreaterThan(inSession)
      continue
    }
    expect(early).toBeLessThan(inSession / 2)
    expect(weekend).toBeLessThan(early)
    expect(weekend).toBeGreaterThan(20)
  }
})

test('the market of eight symbols has coins first, then shares of both groups; every symbol has its group', () => {
  const groupsOf = (count: number) => symbolNames(count).map((symbol) => groupOfSymbol.get(symbol))
  expect(groupsOf(8)).toEqual([
    ...['Crypto', 'Crypto', 'Crypto', 'Crypto'],
    ...['Technology', 'Defense', 'Technology', 'Defense'],
  ])
  for (const { symbol, kind } of wellKnown) {
    expect(groupOfSymbol.get(symbol), symbol).toMatch(kind === 'coin' ? /^Crypto$/ : /^(Technology|Defense)$/)
  }
})
