import type { Order } from './visit.ts'

const DAY_MS = 86_400_000

/** Days from each failed payment of a month to the next attempt; after the last one the plan is lost. */
const TRIES_AFTER_DAYS = [1, 2, 4] as const

/** The months that are paid for, from the day of the first payment on, and the one that is owed. */
export class Subscription {
  readonly #since: number
  #months = 1
  #open: { readonly order: Order; failures: number; at: number } | undefined

  /** @param since when the first month was paid, ms */
  constructor(since: number) {
    this.#since = since
  }

  /** When the next payment is tried, ms. */
  get dueAt(): number {
    return this.#open?.at ?? monthsLater(this.#since, this.#months)
  }

  /** Whether a payment of the present month has failed. */
  get owes(): boolean {
    return this.#open !== undefined
  }

  /** How often the payment that is due has failed. */
  get failures(): number {
    return this.#open?.failures ?? 0
  }

  /** The order of the month that is due: the same one until it is paid. */
  bill(make: () => Order): Order {
    this.#open ??= { order: make(), failures: 0, at: this.dueAt }
    return this.#open.order
  }

  paid(): void {
    this.#open = undefined
    this.#months += 1
  }

  /** @returns whether it will be tried again */
  failed(at: number): boolean {
    const days = TRIES_AFTER_DAYS[this.failures]
    if (this.#open === undefined || days === undefined) return false
    this.#open.failures += 1
    this.#open.at = at + days * DAY_MS
    return true
  }
}

/** The same day and time of a later month in UTC, or the month's last day where it has no such day. */
export function monthsLater(since: number, months: number): number {
  const date = new Date(since)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  return date.setUTCDate(Math.min(day, last))
}
