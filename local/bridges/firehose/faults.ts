import { z } from 'zod'
import { Random } from '#feeds/simulated/random.ts'

const share = z.number().min(0).max(1).default(0)

/** What goes wrong, and how often. Nothing does unless a test says so. */
export const FaultSettings = z.strictObject({
  /** Share of the records of a PutRecordBatch that fail while the others are taken. */
  failedRecords: share,
  /** Share of the calls of PutRecord and PutRecordBatch that are throttled whole. */
  throttles: share,
  /** @default 1 */
  seed: z.number().int().default(1),
})
export type FaultSettings = z.input<typeof FaultSettings>

/** Faults by chance, the same again for the same seed. */
export class Faults {
  #settings = FaultSettings.parse({})
  #random = Random.seeded(1)

  /** From now on these. @throws ZodError for settings that mean nothing */
  set(settings: FaultSettings): void {
    this.#settings = FaultSettings.parse(settings)
    this.#random = Random.seeded(this.#settings.seed)
  }

  /** Whether this call is throttled. */
  throttles(): boolean {
    return this.#settings.throttles > 0 && this.#random.next() < this.#settings.throttles
  }

  /** The error code of a record that fails; undefined for one that does not. */
  failure(): { readonly code: string; readonly message: string } | undefined {
    if (this.#settings.failedRecords === 0 || this.#random.next() >= this.#settings.failedRecords) return undefined
    return this.#random.next() < 0.5
      ? { code: 'ServiceUnavailableException', message: 'Slow down.' }
      : { code: 'InternalFailure', message: 'Internal service failure.' }
  }
}
