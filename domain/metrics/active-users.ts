import { pageView } from '../events/page-view.ts'
import { paymentFailed } from '../events/payment-failed.ts'
import { planChanged } from '../events/plan-changed.ts'
import { purchase } from '../events/purchase.ts'
import { userSignup } from '../events/user-signup.ts'
import { distinct } from './aggregates.ts'
import { defineMetric } from './define-metric.ts'

/**
 * By the minute, although it is asked for by the hour: a bucket is written anew with each batch, and the users of one
 * minute are few. Their union on read is exact for any interval.
 */
export const activeUsers = defineMetric([userSignup, pageView, purchase, paymentFailed, planChanged], {
  name: 'active_users',
  doc: 'Different users who did anything: one per minute; an interval counts each user once.',
  by: [],
  every: 'minute',
  keepHours: 26,
  aggregates: { users: distinct(({ user_id }) => user_id) },
  read: (values) => values,
})
