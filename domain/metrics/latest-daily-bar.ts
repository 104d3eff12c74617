import { dailyBar } from '../events/daily-bar.ts'
import { last, max } from './aggregates.ts'
import { defineMetric } from './define-metric.ts'

export const latestDailyBar = defineMetric(dailyBar, {
  name: 'latest_daily_bar',
  doc: "Open, high, low and close in USD, volume in shares, and when it closed, of a share's newest day: one per symbol and source.",
  by: ['symbol', 'source'],
  every: 'forever',
  // A day is told after it has closed, and history long after.
  late: 'counts',
  aggregates: {
    open: last((bar) => bar.open),
    high: last((bar) => bar.high),
    low: last((bar) => bar.low),
    close: last((bar) => bar.close),
    volume: last((bar) => bar.volume),
    closed_at: max((bar) => BigInt(bar.closed_at)),
  },
  read: ({ closed_at, ...bar }) => ({ ...bar, closed_at: Number(closed_at) }),
})
