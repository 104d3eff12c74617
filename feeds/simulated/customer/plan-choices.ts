import type { Weighted } from './chances.ts'
import type { PaidPlan, Plan } from './prices.ts'
import type { FailureReason } from './visit.ts'

/** What is chosen at sign-up. */
export const FIRST_PLANS = [
  { weight: 80, plan: 'free' },
  { weight: 13, plan: 'basic' },
  { weight: 6, plan: 'premium' },
  { weight: 1, plan: 'enterprise' },
] as const

/** What those on the free plan move to. */
export const UPGRADES = [
  { weight: 62, plan: 'basic' },
  { weight: 31, plan: 'premium' },
  { weight: 7, plan: 'enterprise' },
] as const

/** The chance that the price list leads them to pay for more. */
export const MOVES_UP: Readonly<Record<Plan, number>> = { free: 0.08, basic: 0.06, premium: 0.01, enterprise: 0 }

/** Why a payment fails. */
export const REASONS = [
  { weight: 38, reason: 'card_declined' },
  { weight: 26, reason: 'insufficient_funds' },
  { weight: 14, reason: 'card_expired' },
  { weight: 9, reason: 'processing_error' },
  { weight: 8, reason: 'timeout' },
  { weight: 5, reason: 'fraud_suspected' },
] as const satisfies readonly (Weighted & { reason: FailureReason })[]

/** The next larger plan; undefined of the largest. */
export const above = (plan: PaidPlan): PaidPlan | undefined =>
  plan === 'basic' ? 'premium' : plan === 'premium' ? 'enterprise' : undefined

/** The next smaller plan. */
export const below = (plan: PaidPlan): Plan =>
  plan === 'enterprise' ? 'premium' : plan === 'premium' ? 'basic' : 'free'
