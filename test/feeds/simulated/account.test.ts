import { expect, test } from 'vitest'
import type { Fill } from '#domain/events/fill.ts'
import { fill } from '#domain/events/fill.ts'
import { accountNames, listingsOf } from '#feeds/simulated/listings.ts'
import { simulate } from '#feeds/simulated/simulate.ts'
import { seedOf } from '../../contracts/random.ts'

test('accounts steer what they hold towards their targets, and hold it there', () => {
  const seed = seedOf('accounts')
  const symbols = ['BTCUSDT', 'ETHUSDT']
  const listings = new Map(listingsOf(symbols).map((listing) => [listing.symbol, listing]))
  const held = new Map<string, number[]>()
  const start = Date.UTC(2026, 10, 18)
  for (const { definition, event } of simulate({
    ...{ seed, symbols, accounts: accountNames(3), start, eventsPerSecond: 100 },
  }).take(200_000)) {
    if (definition !== fill) continue
    const { account, symbol, side, quantity } = event as Fill
    const listing = listings.get(symbol)
    const size = (Number(quantity) / 1e8) * ((listing?.price ?? 0) / (listing?.notional ?? 1))
    const path = held.get(`${account} ${symbol}`) ?? [0]
    path.push((path.at(-1) ?? 0) + (side === 'buy' ? size : -size))
    held.set(`${account} ${symbol}`, path)
  }
  expect(held.size).toBe(6)
  for (const [key, path] of held) {
    const target = key.startsWith('aurora') ? 12 : key.startsWith('borealis') ? 0 : -8
    const settled = path.slice(path.length / 4).sort((a, b) => a - b)
    expect(settled.length).toBeGreaterThan(1_000)
    // A walk that nothing steers would end some hundred usual trades away; one huge trade takes it far, but not for long.
    for (const [share, slack] of [
      [0.5, 2],
      [0.2, 15],
      [0.8, 15],
    ] as const) {
      const quantile = settled[Math.floor(settled.length * share)] ?? Number.NaN
      expect(Math.abs(quantile - target), `${key} at ${share}`).toBeLessThan(slack)
    }
  }
})
