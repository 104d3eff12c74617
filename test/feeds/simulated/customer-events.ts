import { tokeniserOf } from '#adapters/tokens/tokeniser.ts'
import type { PageView } from '#domain/events/page-view.ts'
import type { PaymentFailed } from '#domain/events/payment-failed.ts'
import type { PlanChanged } from '#domain/events/plan-changed.ts'
import type { Purchase } from '#domain/events/purchase.ts'
import type { UserSignup } from '#domain/events/user-signup.ts'
import type { Emission } from '#feeds/emission.ts'
import { type Customers, simulateCustomers } from '#feeds/simulated/customers.ts'
import { Random } from '#feeds/simulated/random.ts'

export type CustomerEvent = UserSignup | PageView | Purchase | PaymentFailed | PlanChanged

export const MINUTE = 60_000
export const DAY = 86_400_000
export const START = Date.UTC(2026, 8, 1)

export const tokenise = tokeniserOf('a key that only these tests have')

/** What four hundred customers do in a hundred days, who sign up in the first thirty. */
export function emissionsOf(seed: number, changes: Partial<Customers> = {}, days = 100): readonly Emission[] {
  const emissions: Emission[] = []
  const customers = { seed, start: START, tokenise, growth: { users: 400, over: 30 * DAY }, ...changes }
  for (const emission of simulateCustomers(customers)) {
    if (emission.at >= customers.start + days * DAY) break
    emissions.push(emission)
  }
  return emissions
}

export const eventOf = ({ event }: Emission): CustomerEvent => event as CustomerEvent

/** Each user's events, in their order. */
export const byUser = (emissions: readonly Emission[]): ReadonlyMap<string, readonly CustomerEvent[]> =>
  Map.groupBy(emissions.map(eventOf), ({ user_id }) => user_id)

/** Some seeds that a seed stands for. */
export function seedsFrom(seed: number, count: number): readonly number[] {
  const random = Random.seeded(seed)
  return Array.from({ length: count }, () => random.below(2 ** 31))
}
