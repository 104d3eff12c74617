import { share } from '../decimal.ts'
import { purchase } from '../events/purchase.ts'
import { count, sum } from './aggregates.ts'
import { defineMetric } from './define-metric.ts'

export const revenue = defineMetric(purchase, {
  name: 'revenue',
  doc: 'What was paid, tax included, how many purchases, and what one came to on average, in that currency: one per currency and hour.',
  by: ['currency'],
  every: 'hour',
  keepHours: 26,
  aggregates: { revenue: sum(({ amount }) => amount), purchases: count() },
  read: ({ revenue, purchases }) => ({ revenue, purchases, average: share(revenue, 1n, BigInt(purchases)) }),
})
