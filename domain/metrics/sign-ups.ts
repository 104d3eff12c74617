import { userSignup } from '../events/user-signup.ts'
import { count } from './aggregates.ts'
import { defineMetric } from './define-metric.ts'

export const signUps = defineMetric(userSignup, {
  name: 'sign_ups',
  doc: 'New users, and those of them who chose a plan that is paid for: one per channel that brought them, and hour.',
  by: ['channel'],
  every: 'hour',
  keepHours: 26,
  aggregates: { users: count(), paying: count(({ plan }) => plan !== 'free') },
  read: (values) => values,
})
