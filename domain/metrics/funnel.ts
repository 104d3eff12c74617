import { ONE, share } from '../decimal.ts'
import { pageView } from '../events/page-view.ts'
import { paymentFailed } from '../events/payment-failed.ts'
import { purchase } from '../events/purchase.ts'
import { userSignup } from '../events/user-signup.ts'
import { distinct } from './aggregates.ts'
import { defineMetric } from './define-metric.ts'

/** By the minute for the reason of `active_users`. Its steps are of one interval: whoever buys may have signed up before. */
export const funnel = defineMetric([userSignup, pageView, purchase, paymentFailed], {
  name: 'funnel',
  doc: 'Different users who looked at a page, signed up, tried to pay, and paid, with the share of those who tried that paid (0 to 1; null where none tried): one per minute; an interval counts each user once.',
  by: [],
  every: 'minute',
  keepHours: 26,
  aggregates: {
    visited: distinct(({ type, user_id }) => (type === 'page_view' ? user_id : undefined)),
    signed_up: distinct(({ type, user_id }) => (type === 'user_signup' ? user_id : undefined)),
    tried_to_pay: distinct(({ type, user_id }) =>
      type === 'purchase' || type === 'payment_failed' ? user_id : undefined,
    ),
    paid: distinct(({ type, user_id }) => (type === 'purchase' ? user_id : undefined)),
  },
  read: (users) => ({
    ...users,
    paid_of_tried: users.tried_to_pay === 0 ? null : share(ONE, BigInt(users.paid), BigInt(users.tried_to_pay)),
  }),
})
