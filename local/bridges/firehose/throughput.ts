/** A stream's quotas in us-east-1, a second. */
const QUOTA = { calls: 2_000, records: 500_000, bytes: 5 * 2 ** 20 } as const

/** How much a stream takes in a second, as a bucket that holds one second's worth and fills steadily. */
export class Throughput {
  readonly #speedup: number
  #left: Record<keyof typeof QUOTA, number>
  #at: number

  /** @param speedup how many times faster the stream's clock runs @param now ms */
  constructor(speedup: number, now: number) {
    this.#speedup = speedup
    this.#at = now
    this.#left = this.#full()
  }

  /** Takes a call out of the quota. @returns false, and takes nothing, where it does not fit */
  take(records: number, bytes: number, now: number): boolean {
    const seconds = Math.max(0, now - this.#at) / 1000
    const full = this.#full()
    this.#at = now
    const after = { calls: 1, records, bytes }
    let fits = true
    for (const kind of ['calls', 'records', 'bytes'] as const) {
      this.#left[kind] = Math.min(full[kind], this.#left[kind] + seconds * full[kind])
      if (this.#left[kind] < after[kind]) fits = false
    }
    if (fits) for (const kind of ['calls', 'records', 'bytes'] as const) this.#left[kind] -= after[kind]
    return fits
  }

  #full(): Record<keyof typeof QUOTA, number> {
    return {
      calls: QUOTA.calls * this.#speedup,
      records: QUOTA.records * this.#speedup,
      bytes: QUOTA.bytes * this.#speedup,
    }
  }
}
