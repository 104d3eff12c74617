import type { Tally } from '#domain/ports.ts'

/**
 * What a sink has taken over and what of it is acknowledged. Whoever waits for room, or for all of it, is woken by each
 * acknowledgement, and by the failure that ends the sink.
 */
export class Acknowledgements {
  readonly #tally: Map<string, { accepted: number; acknowledged: number }>
  #pending = 0
  #failure: { readonly error: unknown } | undefined
  #changed = Promise.withResolvers<void>()

  /** @param topics those that are counted from the beginning; others are once something is taken over for them */
  constructor(topics: Iterable<string> = []) {
    this.#tally = new Map([...topics].map((topic) => [topic, { accepted: 0, acknowledged: 0 }]))
  }

  get tally(): ReadonlyMap<string, Tally> {
    return this.#tally
  }

  /** Whether the sink has ended: nothing more is to be sent. */
  get isOver(): boolean {
    return this.#failure !== undefined
  }

  /** A record was taken over. @param weight how much of the room it takes. @default 1 */
  accept(topic: string, weight = 1): void {
    const tally = this.#tally.get(topic)
    if (tally === undefined) this.#tally.set(topic, { accepted: 1, acknowledged: 0 })
    else tally.accepted += 1
    this.#pending += weight
  }

  /** Records are in. @param weight of all of them. @default as many */
  acknowledge(topic: string, records: number, weight = records): void {
    const tally = this.#tally.get(topic)
    if (tally !== undefined) tally.acknowledged += records
    this.#pending -= weight
    this.#announce()
  }

  /** Ends the sink; the first reason stays. */
  fail(error: unknown): void {
    this.#failure ??= { error }
    this.#announce()
  }

  /** @throws the reason for which the sink has ended */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** Resolves once less than `limit` is pending. @throws as `check` does */
  async below(limit: number): Promise<void> {
    for (;;) {
      this.check()
      if (this.#pending < limit) return
      await this.#changed.promise
    }
  }

  #announce(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers<void>()
  }
}
