import { tokeniserOf } from '#adapters/tokens/tokeniser.ts'
import { userSignup } from '#domain/events/user-signup.ts'
import { Refusal } from '#domain/refusal.ts'
import { simulateCustomers } from '#feeds/simulated/customers.ts'
import type { SourceKind } from '../source.ts'
import { before, rateText, spanOf } from './span.ts'

const SEED = 1
const EVENTS_PER_SECOND = 20

/** Nobody's address is made a token of here, so this key is no secret; with another one, the same seed gave other bytes. */
const KEY = 'customers that nobody ever met, simulated'

/** Customers of a product, at the pace of life: as many as a rate of events needs, or so many over a span. */
export const customers: SourceKind = {
  topics: [userSignup.topic],
  options: ['seed', 'users', 'eventsPerSecond', 'start', 'duration', 'from', 'to'],
  generated: true,
  open(options, now) {
    const { seed = SEED, users } = options
    const { start, until, eventsPerSecond } = spanOf(options, now, EVENTS_PER_SECOND)
    if (users !== undefined && !Number.isFinite(until)) {
      throw new Refusal('--users sign up over a span: give --duration, or --from and --to, too.')
    }
    const growth = users === undefined ? { eventsPerSecond } : { users, over: until - start }
    const people = users === undefined ? `${rateText(eventsPerSecond)} events/s` : `${users} sign-ups`
    return {
      title: `customers, ${people}, seed ${seed}`,
      emissions: before(until, simulateCustomers({ seed, start, tokenise: tokeniserOf(KEY), growth })),
    }
  },
}
