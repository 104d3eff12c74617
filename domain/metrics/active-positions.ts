import type { ReadingOf } from './define-metric.ts'
import type { position } from './position.ts'

/** Open positions over all accounts: how many, how many of them long and short, and in how many accounts. */
export function activePositions(positions: Iterable<{ readonly account: string } & ReadingOf<typeof position>>) {
  const accounts = new Set<string>()
  let long = 0
  let short = 0
  for (const { account, quantity } of positions) {
    if (quantity === 0n) continue
    if (quantity > 0n) long += 1
    else short += 1
    accounts.add(account)
  }
  return { open: long + short, long, short, accounts: accounts.size }
}
