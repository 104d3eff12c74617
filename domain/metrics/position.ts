import { type Decimal, lesser, share, times } from '../decimal.ts'
import { fill } from '../events/fill.ts'
import { sum } from './aggregates.ts'
import { defineMetric, type ReadingOf } from './define-metric.ts'

/**
 * Positions by matched quantity: bought and sold units are matched at their average prices. It needs sums only, so no
 * order of arrival can change it. The price: a later fill restates how total PnL splits into realised and unrealised;
 * the total itself is free of any method, and is the figure to reconcile.
 */
export const position = defineMetric(fill, {
  name: 'position',
  doc: 'Open quantity, realised PnL and fees in quote currency: one per account and symbol.',
  by: ['account', 'symbol'],
  every: 'forever',
  late: 'counts',
  aggregates: {
    bought: sum((fill) => (fill.side === 'buy' ? fill.quantity : 0n)),
    paid: sum((fill) => (fill.side === 'buy' ? times(fill.price, fill.quantity) : 0n)),
    sold: sum((fill) => (fill.side === 'sell' ? fill.quantity : 0n)),
    received: sum((fill) => (fill.side === 'sell' ? times(fill.price, fill.quantity) : 0n)),
    fees: sum((fill) => fill.fee),
  },
  read: ({ bought, paid, sold, received, fees }) => {
    const matched = lesser(bought, sold)
    const realised = matched === 0n ? 0n : share(received, matched, sold) - share(paid, matched, bought)
    return { quantity: bought - sold, cash: received - paid, realised, fees }
  },
})

/** Marks a position to a price: unrealised is what realised leaves of the total, so the two always add up. */
export function markToMarket({ quantity, cash, realised, fees }: ReadingOf<typeof position>, price: Decimal) {
  const gross = cash + times(quantity, price)
  return { unrealised: gross - realised, net: gross - fees, exposure: times(quantity, price) }
}
