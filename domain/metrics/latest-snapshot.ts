import { marketSnapshot } from '../events/market-snapshot.ts'
import { last, max } from './aggregates.ts'
import { defineMetric } from './define-metric.ts'

export const latestSnapshot = defineMetric(marketSnapshot, {
  name: 'latest_snapshot',
  doc: "Newest known price, market cap, volume and range of the last 24 hours in USD, rank by market cap, change in percent, and time of a source's summary: one per symbol and asset.",
  by: ['symbol', 'asset_id'],
  every: 'forever',
  // A source sums up every few minutes and is asked as often: late is what it is, not what went wrong.
  late: 'counts',
  aggregates: {
    price: last((snapshot) => snapshot.price),
    market_cap: last((snapshot) => snapshot.market_cap),
    market_cap_rank: last((snapshot) =>
      snapshot.market_cap_rank === undefined ? undefined : BigInt(snapshot.market_cap_rank),
    ),
    volume_24h: last((snapshot) => snapshot.volume_24h),
    high_24h: last((snapshot) => snapshot.high_24h),
    low_24h: last((snapshot) => snapshot.low_24h),
    change_24h: last((snapshot) => snapshot.change_24h),
    observed_at: max((snapshot) => BigInt(snapshot.observed_at)),
  },
  read: ({ price, market_cap, market_cap_rank, volume_24h, high_24h, low_24h, change_24h, observed_at }) => ({
    price,
    market_cap: market_cap ?? null,
    market_cap_rank: market_cap_rank === undefined ? null : Number(market_cap_rank),
    volume_24h: volume_24h ?? null,
    high_24h: high_24h ?? null,
    low_24h: low_24h ?? null,
    change_24h: change_24h ?? null,
    observed_at: Number(observed_at),
  }),
})
