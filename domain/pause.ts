/** Bounds of the pauses between attempts, ms: of the first one, and the cap that they grow to. */
export interface Pauses {
  readonly base: number
  readonly cap: number
}

/**
 * How long to pause before an attempt, ms: drawn from zero to a bound that doubles up to a cap, so that many who failed
 * together do not come back together.
 * @param attempt 0 for the first one after a failure @param random from 0 to below 1
 */
export const pauseOf = (attempt: number, { base, cap }: Pauses, random: () => number): number =>
  random() * Math.min(cap, base * 2 ** Math.min(attempt, 30))
