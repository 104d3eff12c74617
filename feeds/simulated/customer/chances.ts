import type { Random } from '../random.ts'

export interface Weighted {
  /** How often it is chosen, against the others. */
  readonly weight: number
}

/** One of them by weight; there must be one. */
export function chosen<Choice extends Weighted>(choices: readonly Choice[], random: Random): Choice {
  let left = random.next() * choices.reduce((sum, { weight }) => sum + weight, 0)
  for (const choice of choices) {
    left -= choice.weight
    if (left < 0) return choice
  }
  const last = choices.at(-1)
  if (last === undefined) throw new RangeError('nothing to choose from')
  return last
}

/** A time as long as people take: half the times shorter than `median`, some several times longer; in its unit. */
export const aboutAsLong = (median: number, random: Random): number => median * Math.exp(0.8 * random.normal())

/** A time until something that may happen at any moment; `mean` in its unit. */
export const untilNext = (mean: number, random: Random): number => -mean * Math.log(1 - random.next())
