import { ONE, share } from '../decimal.ts'
import { pageView } from '../events/page-view.ts'
import { paymentFailed } from '../events/payment-failed.ts'
import { planChanged } from '../events/plan-changed.ts'
import { purchase } from '../events/purchase.ts'
import { userSignup } from '../events/user-signup.ts'
import { count } from './aggregates.ts'
import { defineMetric } from './define-metric.ts'

export const customerActivity = defineMetric([userSignup, pageView, purchase, paymentFailed, planChanged], {
  name: 'customer_activity',
  doc: 'Sign-ups, page views, purchases, failed payments, their share of all payments tried (0 to 1; null where none was), plan changes and cancellations: one per hour.',
  by: [],
  every: 'hour',
  keepHours: 26,
  aggregates: {
    sign_ups: count(({ type }) => type === 'user_signup'),
    page_views: count(({ type }) => type === 'page_view'),
    purchases: count(({ type }) => type === 'purchase'),
    payment_failures: count(({ type }) => type === 'payment_failed'),
    plan_changes: count(({ type }) => type === 'plan_changed'),
    cancellations: count((event) => event.type === 'plan_changed' && event.to_plan === 'cancelled'),
  },
  read: (counts) => {
    const tried = counts.purchases + counts.payment_failures
    const rate = tried === 0 ? null : share(ONE, BigInt(counts.payment_failures), BigInt(tried))
    return { ...counts, payment_failure_rate: rate }
  },
})
