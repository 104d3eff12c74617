import type { EventDefinition, EventOf } from '#domain/events/define-event.ts'
import { pageView } from '#domain/events/page-view.ts'
import { type PaymentFailed, paymentFailed } from '#domain/events/payment-failed.ts'
import { type PlanChanged, planChanged } from '#domain/events/plan-changed.ts'
import { purchase } from '#domain/events/purchase.ts'
import { type UserSignup, userSignup } from '#domain/events/user-signup.ts'
import type { Emission } from '../../emission.ts'
import { withinSite } from './pages.ts'
import type { Device } from './persona.ts'
import type { Currency, Item, Plan } from './prices.ts'

/** On whose account, on what and from where something happens. */
export interface Origin {
  readonly user_id: string
  readonly device: Device
  /** Absent of what the product does by itself. */
  readonly ip_token?: string
}

/** An order, from its first payment to its last. */
export interface Order extends Item {
  readonly order_id: string
  readonly currency: Currency
}

export type FailureReason = PaymentFailed['failure_reason']

/** The fields of an event that are its own: not those that every event of a visit has. */
type Own<E extends EventOf<EventDefinition>, Time extends keyof E> = Omit<
  E,
  'type' | 'received_at' | 'schema_version' | 'idempotency_key' | keyof Origin | Time
>

/** What somebody does from a moment on, in its order; every event is received as it happens. */
export class Visit {
  readonly emissions: Emission[] = []
  readonly #origin: Origin
  readonly #nextKey: () => string
  #at: number
  #path: string | undefined

  constructor(at: number, origin: Origin, nextKey: () => string) {
    this.#at = at
    this.#origin = origin
    this.#nextKey = nextKey
  }

  /** The time that it has reached, ms. */
  get at(): number {
    return this.#at
  }

  /** Lets time pass, ms; at least one. */
  wait(ms: number): void {
    this.#at += Math.max(1, Math.round(ms))
  }

  signUp(own: Own<UserSignup, 'signed_up_at'>): void {
    this.#emit(userSignup, { ...own })
  }

  /** @param cameFrom to the first page; to a later one they came from the one before. @default nowhere */
  view(path: string, cameFrom?: string): void {
    const referrer = this.#path === undefined ? cameFrom : withinSite(this.#path)
    this.#emit(pageView, referrer === undefined ? { path } : { path, referrer })
    this.#path = path
  }

  pay({ order_id, item, amount, currency }: Order, plan: Plan): void {
    this.#emit(purchase, { order_id, item, plan, amount, currency })
  }

  fail({ order_id, item, amount, currency }: Order, plan: Plan, failure_reason: FailureReason): void {
    this.#emit(paymentFailed, { order_id, item, plan, amount, currency, failure_reason })
  }

  change(from_plan: Plan, to_plan: PlanChanged['to_plan']): void {
    this.#emit(planChanged, { from_plan, to_plan })
  }

  #emit(definition: EventDefinition, own: Readonly<Record<string, string | bigint>>): void {
    const at = this.#at
    const event = {
      type: definition.name,
      schema_version: 'v1',
      idempotency_key: this.#nextKey(),
      ...this.#origin,
      [definition.at]: at,
      ...own,
      received_at: at,
    }
    this.emissions.push({ at, definition, event })
  }
}
