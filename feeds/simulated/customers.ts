import type { Tokenise } from '#domain/events/tokens.ts'
import type { Emission } from '../emission.ts'
import { Customer } from './customer/customer.ts'
import { type Growth, type Newcomers, newcomersOf } from './customer/newcomers.ts'
import { Run } from './customer/run.ts'
import { DueQueue } from './due-queue.ts'

export interface Customers {
  /** Other customers for another seed; a whole number. */
  readonly seed: number
  /** When the first of them may sign up, ms. */
  readonly start: number
  /** Makes the tokens that events hold in place of email and IP addresses. */
  readonly tokenise: Tokenise
  readonly growth: Growth
}

/** Somebody, and what is left of what they do at present, the last of it first. */
interface Busy {
  readonly customer: Customer
  left: Emission[]
}

/**
 * Customers of a product: they sign up, browse in visits, pay or fail to, move between plans, renew month by month, stay away
 * and cancel, all at the pace of life. Nobody does anything before signing up or after cancelling; who comes back then
 * signs up anew. Ends when nobody is left who would do anything.
 *
 * The same settings give the same events, byte for byte. Another start gives them other ids, so that no run's events
 * are taken for duplicates of another's.
 */
export function* simulateCustomers({ seed, start, tokenise, growth }: Customers): Generator<Emission, void, void> {
  const run = new Run(seed, start, tokenise)
  const queue = new DueQueue<Busy>()
  const newcomers = newcomersOf(growth, start, seed)
  for (;;) {
    const busy = newcomers.at <= queue.at ? newcomer(newcomers, run) : queue.take()
    if (busy === undefined) return
    if (busy.left.length === 0) {
      busy.left = busy.customer.act().toReversed()
      newcomers.expect?.(busy.left.length)
    }
    const emission = busy.left.pop()
    if (emission === undefined) throw new Error('a customer was due and did nothing')
    yield emission
    const next = busy.left.at(-1)?.at ?? busy.customer.dueAt
    if (next !== Number.POSITIVE_INFINITY) queue.put(next, busy)
  }
}

function newcomer(newcomers: Newcomers, run: Run): Busy | undefined {
  const { count, at } = newcomers
  if (at === Number.POSITIVE_INFINITY) return undefined
  newcomers.next()
  return { customer: new Customer(count, at, run), left: [] }
}
