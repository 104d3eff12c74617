import { paymentFailed } from '../events/payment-failed.ts'
import { count, distinct } from './aggregates.ts'
import { defineMetric } from './define-metric.ts'

export const paymentFailures = defineMetric(paymentFailed, {
  name: 'payment_failures',
  doc: 'Payments not taken, and of how many different users: one per reason and hour.',
  by: ['failure_reason'],
  every: 'hour',
  keepHours: 26,
  aggregates: { failures: count(), users: distinct(({ user_id }) => user_id) },
  read: (values) => values,
})
