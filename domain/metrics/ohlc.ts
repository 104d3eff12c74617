import { ONE, share, times } from '../decimal.ts'
import { tick } from '../events/tick.ts'
import { count, first, last, max, min, sum } from './aggregates.ts'
import { defineMetric } from './define-metric.ts'

export const ohlc = defineMetric(tick, {
  name: 'ohlc',
  doc: 'Open, high, low and close price with volume, notional, VWAP (notional over volume) and number of trades: one bar per symbol and minute.',
  by: ['symbol'],
  every: 'minute',
  keepHours: 26,
  aggregates: {
    open: first((tick) => tick.price),
    high: max((tick) => tick.price),
    low: min((tick) => tick.price),
    close: last((tick) => tick.price),
    volume: sum((tick) => tick.quantity),
    notional: sum((tick) => times(tick.price, tick.quantity)),
    trades: count(),
  },
  read: (bar) => ({ ...bar, vwap: share(bar.notional, ONE, bar.volume) }),
})
