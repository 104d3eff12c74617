import { ONE, share, times } from '../decimal.ts'
import { tick } from '../events/tick.ts'
import { count, sum } from './aggregates.ts'
import { defineMetric } from './define-metric.ts'

export const groupAverage = defineMetric(tick, {
  name: 'group_average',
  doc: 'Mean price of the trades in a group of symbols, their VWAP (notional over quantity), notional in quote currency and number: one per group and minute.',
  by: ['symbol_group'],
  every: 'minute',
  keepHours: 26,
  aggregates: {
    prices: sum((tick) => tick.price),
    quantity: sum((tick) => tick.quantity),
    notional: sum((tick) => times(tick.price, tick.quantity)),
    trades: count(),
  },
  read: ({ prices, quantity, notional, trades }) => ({
    average_price: share(prices, 1n, BigInt(trades)),
    vwap: share(notional, ONE, quantity),
    notional,
    trades,
  }),
})
