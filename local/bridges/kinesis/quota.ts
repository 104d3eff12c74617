/** Something that fills steadily and holds one second's worth; what was taken beyond that is owed. */
export class Quota {
  readonly #perSecond: number
  #left: number
  #at: number

  /** @param now ms */
  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond
    this.#left = perSecond
    this.#at = now
  }

  /** Whether so much can be taken just now. */
  has(amount: number, now: number): boolean {
    const seconds = Math.max(0, now - this.#at) / 1000
    this.#left = Math.min(this.#perSecond, this.#left + seconds * this.#perSecond)
    this.#at = now
    return this.#left >= amount
  }

  take(amount: number): void {
    this.#left -= amount
  }
}
