import type { Emission } from '../../emission.ts'
import { Random } from '../random.ts'
import { aboutAsLong, chosen, untilNext } from './chances.ts'
import { entryPage, pageAfter, referrerOf } from './pages.ts'
import { addressOf, bustleAt, MOST_BUSTLE, type Persona, personaAt } from './persona.ts'
import { above, below, FIRST_PLANS, MOVES_UP, REASONS, UPGRADES } from './plan-choices.ts'
import { archiveRows, type Item, monthOf, type PaidPlan, type Plan } from './prices.ts'
import type { Run } from './run.ts'
import { Subscription } from './subscription.ts'
import { type Order, Visit } from './visit.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const DAY_MS = 86_400 * SECOND_MS

/** Within a visit nothing takes longer, and between two visits at least so much passes: half an hour parts sessions. */
const LONGEST_PAUSE_MS = 20 * MINUTE_MS
const LEAST_ABSENCE_MS = 45 * MINUTE_MS

/** One customer's life with the product: one `act` after the other, each due when the one before has told. */
export class Customer {
  readonly #number: number
  readonly #run: Run
  readonly #random: Random
  readonly #persona: Persona
  #accounts = 0
  /** Undefined before signing up and after cancelling. */
  #plan: Plan | undefined
  #subscription: Subscription | undefined
  #visitAt: number
  #lastAt = 0

  /** @param number from 0, unlike any other customer's @param at when they sign up, ms */
  constructor(number: number, at: number, run: Run) {
    this.#number = number
    this.#run = run
    this.#random = Random.seeded(run.seed + Math.imul(number + 1, 0x9e3779b1))
    this.#persona = personaAt(at, run.mailbox(number), this.#random)
    this.#visitAt = at
  }

  /** When they do something next, ms; infinite where they never will. */
  get dueAt(): number {
    return Math.min(this.#visitAt, this.#billAt)
  }

  /** What they do then, at least one event; the first at `dueAt`. */
  act(): readonly Emission[] {
    const isBill = this.#billAt < this.#visitAt
    const visit = isBill ? this.#bill(this.#billAt) : this.#visit(this.#visitAt)
    this.#lastAt = visit.at
    if (this.#plan === undefined) this.#depart()
    else if (isBill) this.#visitAt = Math.max(this.#visitAt, visit.at + LEAST_ABSENCE_MS)
    return visit.emissions
  }

  get #billAt(): number {
    return this.#subscription === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(this.#subscription.dueAt, this.#lastAt + MINUTE_MS)
  }

  #visit(at: number): Visit {
    if (this.#plan === undefined) return this.#signUp(at)
    const visit = this.#open(at)
    const page = entryPage(this.#random)
    visit.view(page, this.#random.next() < 0.3 ? referrerOf(this.#persona.channel) : undefined)
    this.#browse(visit, page, this.#plan)
    this.#planNext(visit.at, this.#persona.habit.leaves)
    return visit
  }

  #signUp(at: number): Visit {
    this.#accounts += 1
    const { email, country, channel } = this.#persona
    const visit = this.#open(at)
    const { plan } = chosen(FIRST_PLANS, this.#random)
    this.#plan = plan
    visit.signUp({ plan, email_token: this.#run.tokenise('email', email), country, channel })
    this.#pause(visit, 4)
    visit.view('/welcome', referrerOf(channel))
    if (plan !== 'free') this.#payFirst(visit, plan)
    const isBounce = plan === 'free' && this.#random.next() < 0.3
    if (!isBounce) this.#browse(visit, '/welcome', this.#plan)
    this.#planNext(visit.at, isBounce ? 1 : this.#persona.habit.leaves)
    return visit
  }

  /** The plan was chosen at sign-up, and holds until it turns out that nobody pays for it. */
  #payFirst(visit: Visit, plan: PaidPlan): void {
    this.#pause(visit, 30)
    if (this.#checkOut(visit, monthOf(plan, this.#persona.currency), plan)) this.#subscribe(visit.at)
    else this.#change(visit, plan, 'free')
  }

  #browse(visit: Visit, from: string, plan: Plan): void {
    let path = from
    let held: Plan | undefined = plan
    // Six pages more on the average, and at least one.
    do {
      this.#pause(visit, 25)
      path = pageAfter(path, this.#random)
      visit.view(path)
      held = this.#decide(visit, path, held)
    } while (held !== undefined && this.#random.next() < 5 / 6)
  }

  /** What the page leads them to do. @returns the plan that holds then, undefined where they cancelled */
  #decide(visit: Visit, path: string, plan: Plan): Plan | undefined {
    // Who owes for the month cannot change the plan.
    const isFree = this.#subscription?.owes !== true
    const chance = this.#random.next()
    if (path === '/pricing' && isFree && chance < MOVES_UP[plan]) this.#moveUp(visit, plan)
    else if (path === '/billing' && isFree && chance < 0.3) this.#moveDown(visit, plan, chance < 0.12)
    else if (path === '/reports' && chance < 0.03) {
      this.#checkOut(visit, archiveRows(this.#persona.currency, this.#random), plan)
    }
    return this.#plan
  }

  #moveUp(visit: Visit, plan: Plan): void {
    const wanted = plan === 'free' ? chosen(UPGRADES, this.#random).plan : above(plan)
    if (wanted === undefined || !this.#checkOut(visit, monthOf(wanted, this.#persona.currency), plan)) return
    this.#change(visit, plan, wanted)
    this.#subscribe(visit.at)
  }

  #moveDown(visit: Visit, plan: Plan, cancels: boolean): void {
    this.#pause(visit, 40)
    this.#change(visit, plan, cancels || plan === 'free' ? 'cancelled' : below(plan))
  }

  #change(visit: Visit, from: Plan, to: Plan | 'cancelled'): void {
    visit.wait(400 + this.#random.below(1_200))
    visit.change(from, to)
    this.#plan = to === 'cancelled' ? undefined : to
    if (to === 'free' || to === 'cancelled') this.#subscription = undefined
  }

  #subscribe(at: number): void {
    this.#subscription = new Subscription(at)
  }

  /**
   * An order, paid at once, after some attempts, or never; many see the checkout and think again.
   * @param plan that holds meanwhile @returns whether it was paid
   */
  #checkOut(visit: Visit, item: Item, plan: Plan): boolean {
    this.#pause(visit, 15)
    visit.view('/checkout')
    if (this.#random.next() < 0.25) return false
    const order = this.#order(item)
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      this.#pause(visit, 45)
      if (this.#random.next() < (attempt === 1 ? 0.86 : 0.65)) {
        visit.pay(order, plan)
        this.#pause(visit, 2)
        visit.view('/checkout/done')
        return true
      }
      visit.fail(order, plan, chosen(REASONS, this.#random).reason)
      if (this.#random.next() < 0.25) break
    }
    return false
  }

  /** The month is due: paid by itself, tried again for some days, or a reason for somebody long gone to cancel. */
  #bill(at: number): Visit {
    const { currency, devices } = this.#persona
    const plan = this.#plan
    const subscription = this.#subscription
    if (plan === undefined || plan === 'free' || subscription === undefined) {
      throw new Error(`customer ${this.#number} on ${plan ?? 'no'} plan has nothing to pay`)
    }
    const isGone = this.#visitAt === Number.POSITIVE_INFINITY
    if (isGone && !subscription.owes && this.#random.next() < 0.3) return this.#cancel(at, plan)
    const visit = new Visit(at, { user_id: this.#userId, device: devices[0] }, this.#run.nextKey)
    const order = subscription.bill(() => this.#order(monthOf(plan, currency)))
    if (this.#random.next() < (subscription.failures === 0 ? 0.93 : 0.55)) {
      visit.pay(order, plan)
      subscription.paid()
    } else {
      visit.fail(order, plan, chosen(REASONS, this.#random).reason)
      if (!subscription.failed(at)) this.#change(visit, plan, 'free')
    }
    return visit
  }

  #cancel(at: number, plan: PaidPlan): Visit {
    const visit = this.#open(at)
    visit.view('/')
    this.#pause(visit, 10)
    visit.view('/billing')
    this.#moveDown(visit, plan, true)
    return visit
  }

  /** Who has cancelled may sign up anew, weeks later: a new account under the same address. */
  #depart(): void {
    this.#visitAt =
      this.#random.next() < 0.15
        ? this.#hourOn(this.#lastAt + (20 + 70 * this.#random.next()) * DAY_MS)
        : Number.POSITIVE_INFINITY
  }

  /** @param leaves the chance that they stay away without a word, some of them for months, most for ever */
  #planNext(now: number, leaves: number): void {
    if (this.#random.next() >= leaves) {
      this.#visitAt = this.#hourOn(now + untilNext(this.#persona.habit.daysBetween, this.#random) * DAY_MS)
    } else {
      const isBack = this.#random.next() < 0.2
      this.#visitAt = isBack ? this.#hourOn(now + (25 + 75 * this.#random.next()) * DAY_MS) : Number.POSITIVE_INFINITY
    }
    while (this.#visitAt < now + LEAST_ABSENCE_MS) this.#visitAt += DAY_MS
  }

  /** A likely time on the day, on their clocks, of that moment. */
  #hourOn(moment: number): number {
    const offset = this.#persona.utcOffsetHours * 60 * MINUTE_MS
    const midnight = Math.floor((moment + offset) / DAY_MS) * DAY_MS
    for (;;) {
      const local = midnight + this.#random.below(DAY_MS)
      if (this.#random.next() * MOST_BUSTLE < bustleAt(local)) return local - offset
    }
  }

  #open(at: number): Visit {
    const { devices, homeAddress } = this.#persona
    const device = devices[this.#random.next() < 0.7 ? 0 : devices.length - 1] ?? devices[0]
    const address = this.#random.next() < 0.85 ? homeAddress : addressOf(this.#random)
    const ip_token = this.#run.tokenise('ip', address)
    return new Visit(at, { user_id: this.#userId, device, ip_token }, this.#run.nextKey)
  }

  get #userId(): string {
    return this.#run.userId(this.#number, this.#accounts)
  }

  #order(item: Item): Order {
    return { order_id: this.#run.nextOrder(), ...item, currency: this.#persona.currency }
  }

  #pause(visit: Visit, seconds: number): void {
    visit.wait(Math.min(LONGEST_PAUSE_MS, aboutAsLong(seconds, this.#random) * SECOND_MS))
  }
}
