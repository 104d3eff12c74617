import { ONE, share, times } from '../decimal.ts'
import { type Tick, tick } from '../events/tick.ts'
import { count, first, last, max, min, sum } from './aggregates.ts'
import { defineMetric, type ValuesOf } from './define-metric.ts'

const bar = {
  open: first((tick: Tick) => tick.price),
  high: max((tick: Tick) => tick.price),
  low: min((tick: Tick) => tick.price),
  close: last((tick: Tick) => tick.price),
  volume: sum((tick: Tick) => tick.quantity),
  notional: sum((tick: Tick) => times(tick.price, tick.quantity)),
  trades: count<Tick>(),
}

const withVwap = (values: ValuesOf<typeof bar>) => ({ ...values, vwap: share(values.notional, ONE, values.volume) })

export const ohlc = defineMetric(tick, {
  name: 'ohlc',
  doc: 'Open, high, low and close price with volume, notional, VWAP (notional over volume) and number of trades: one bar per symbol and minute.',
  by: ['symbol'],
  every: 'minute',
  keepHours: 26,
  aggregates: bar,
  read: withVwap,
})

/** For what is read of every symbol at once and over a whole day: twenty-five of these instead of 1,500 minutes. */
export const ohlcHourly = defineMetric(tick, {
  name: 'ohlc_hourly',
  doc: 'The same as ohlc, one bar per symbol and hour: what the 24 h figures are read from.',
  by: ['symbol'],
  every: 'hour',
  keepHours: 26,
  aggregates: bar,
  read: withVwap,
})
