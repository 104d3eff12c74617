import { Random } from '../random.ts'

/**
 * Who signs up: so many over so many ms from the start on, and then nobody; or, without end, as many as a rate of events needs
 * beside those who come back. The rate is reached after some minutes, since visits last that long.
 */
export type Growth =
  | { readonly users: number; readonly over: number }
  /** Above zero. */
  | { readonly eventsPerSecond: number }

/** When somebody signs up next. */
export interface Newcomers {
  /** How many have. */
  readonly count: number
  /** ms; infinite where nobody will. */
  readonly at: number
  next(): void
  /** Takes note of events that are to come from a visit that begins; absent where they decide nothing. */
  expect?(events: number): void
}

export const newcomersOf = (growth: Growth, start: number, seed: number): Newcomers =>
  'users' in growth ? new Cohort(start, growth, seed) : new Demand(start, growth)

/** A number of them, spread over a span. */
class Cohort implements Newcomers {
  readonly #start: number
  readonly #users: number
  readonly #over: number
  readonly #random: Random
  count = 0
  at: number

  constructor(start: number, { users, over }: { readonly users: number; readonly over: number }, seed: number) {
    this.#start = start
    this.#users = users
    this.#over = over
    this.#random = Random.seeded(~seed)
    this.at = this.#drawn()
  }

  next(): void {
    this.count += 1
    this.at = this.#drawn()
  }

  #drawn(): number {
    if (this.count >= this.#users) return Number.POSITIVE_INFINITY
    return this.#start + Math.floor((this.#over * (this.count + this.#random.next())) / this.#users)
  }
}

/** As many as a rate of events leaves room for: the next one signs up when those who are there have used up their share. */
class Demand implements Newcomers {
  readonly #start: number
  readonly #eventsPerSecond: number
  #expected = 0
  count = 0

  constructor(start: number, { eventsPerSecond }: { readonly eventsPerSecond: number }) {
    this.#start = start
    this.#eventsPerSecond = eventsPerSecond
  }

  get at(): number {
    return this.#start + Math.floor((this.#expected * 1_000) / this.#eventsPerSecond)
  }

  next(): void {
    this.count += 1
  }

  expect(events: number): void {
    this.#expected += events
  }
}
