import { pause } from './delivery.ts'
import type { Trouble } from './log.ts'

/**
 * Commits in the background: one commit in flight, and whatever became done meanwhile goes with the next one, so that no
 * partition waits for the group's coordinator. A commit that fails is repeated with the newest offsets.
 */
export class Committer {
  readonly #commit: (offsets: ReadonlyMap<number, bigint>) => Promise<void>
  readonly #trouble: Trouble
  readonly #newest: Map<number, bigint>
  #pending = new Map<number, bigint>()
  #running: Promise<void> | undefined
  #closed = false

  /** `committed` holds, by partition, what the group has committed so far. */
  constructor(
    commit: (offsets: ReadonlyMap<number, bigint>) => Promise<void>,
    committed: ReadonlyMap<number, bigint>,
    trouble: Trouble,
  ) {
    this.#commit = commit
    this.#newest = new Map(committed)
    this.#trouble = trouble
  }

  /** Takes offsets that may be committed; those that are no news are ignored. */
  add(offsets: ReadonlyMap<number, bigint>): void {
    for (const [partition, offset] of offsets) {
      if (offset <= (this.#newest.get(partition) ?? -1n)) continue
      this.#newest.set(partition, offset)
      this.#pending.set(partition, offset)
    }
    if (this.#pending.size > 0) this.#running ??= this.#run()
  }

  /** The newest offset handed over for a partition: where a redelivery from the last commit begins. */
  newest(partition: number): bigint | undefined {
    return this.#newest.get(partition)
  }

  /** Forgets what was handed over for a partition whose log does not reach that far any more: `offset` is where it goes on. */
  moved(partition: number, offset: bigint): void {
    this.#newest.set(partition, offset)
    this.#pending.delete(partition)
  }

  /** Resolves once everything handed over is committed, or after `milliseconds`; nothing is tried afterwards. */
  async close(milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds)
    })
    await Promise.race([this.#running, late])
    clearTimeout(timer)
    this.#closed = true
  }

  async #run(): Promise<void> {
    let setbacks = 0
    while (this.#pending.size > 0 && !this.#closed) {
      const offsets = this.#pending
      this.#pending = new Map()
      try {
        await this.#commit(offsets)
        setbacks = 0
        this.#trouble.over('committing offsets')
      } catch (error) {
        this.#trouble.met('committing offsets', error)
        for (const [partition, offset] of offsets)
          if (!this.#pending.has(partition)) this.#pending.set(partition, offset)
        await new Promise((resolve) => setTimeout(resolve, pause(++setbacks)))
      }
    }
    this.#running = undefined
  }
}
