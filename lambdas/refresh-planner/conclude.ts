import type { Of } from './requests.ts'

/** What became of a refresh. */
export interface Conclusion {
  readonly done: number
  readonly failed: number
  readonly skipped: number
  /** In a sentence or two, for a person. */
  readonly says: string
}

/** Step Functions takes no longer cause. */
const LONGEST = 30_000

/** Counts what became of a refresh's tables, and names those that failed and why. */
export function conclude({ outcomes }: Pick<Of<'conclude'>, 'outcomes'>): Conclusion {
  const of = (outcome: string) => outcomes.filter((one) => one.outcome === outcome)
  const [done, failed, skipped] = [of('done'), of('failed'), of('skipped')]
  const counts = { done: done.length, failed: failed.length, skipped: skipped.length }
  if (outcomes.length === 0) return { ...counts, says: 'Nothing new has landed: every table is up to date.' }
  if (failed.length === 0) return { ...counts, says: `All ${outcomes.length} were refreshed.` }
  const why = failed.map(({ what, cause }) => cause ?? `${what}: failed.`).join(' ')
  const rest =
    skipped.length === 0 ? '' : ` Skipped, because they read it: ${skipped.map(({ what }) => what).join(', ')}.`
  return { ...counts, says: `${failed.length} of ${outcomes.length} failed. ${why}${rest}`.slice(0, LONGEST) }
}
