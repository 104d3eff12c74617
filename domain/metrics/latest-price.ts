import { tick } from '../events/tick.ts'
import { last, max } from './aggregates.ts'
import { defineMetric } from './define-metric.ts'

export const latestPrice = defineMetric(tick, {
  name: 'latest_price',
  doc: 'Price in quote currency, size in base currency and time of the newest trade: one per symbol.',
  by: ['symbol'],
  every: 'forever',
  aggregates: {
    price: last((tick) => tick.price),
    quantity: last((tick) => tick.quantity),
    traded_at: max((tick) => BigInt(tick.traded_at)),
  },
  read: ({ price, quantity, traded_at }) => ({ price, quantity, traded_at: Number(traded_at) }),
})
