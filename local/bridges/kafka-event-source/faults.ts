import { z } from 'zod'
import { Refusal } from '#domain/refusal.ts'
import { Random } from '#feeds/simulated/random.ts'

/** What goes wrong, on purpose, with one delivery. All of it happens on AWS too, where at least once is all that is promised. */
export interface Fault {
  /** The batch is delivered a second time after it succeeded. */
  readonly duplicate: boolean
  /** The batch is delivered twice at once. */
  readonly concurrentDuplicate: boolean
  /** The batch succeeds, its offsets are not committed, and delivery goes on from the last commit. */
  readonly dropCommit: boolean
  /** The batch is delivered in two halves. */
  readonly bisect: boolean
}

/** Draws the fault of each delivery in turn. */
export type Faults = () => Fault

/** The variable that asks for faults: probabilities of each by its name, and a seed. For tests alone. */
export const FAULTS_VARIABLE = 'LODESTREAM_ESM_FAULTS'

export const NO_FAULT: Fault = { duplicate: false, concurrentDuplicate: false, dropCommit: false, bisect: false }

const chance = z.number().min(0).max(1).default(0)
const request = z.strictObject({
  duplicate: chance,
  concurrentDuplicate: chance,
  dropCommit: chance.refine((p) => p < 1, 'must stay below 1, or nothing is ever committed'),
  bisect: chance,
  seed: z.int().optional(),
})

/** The faults that the variable's value asks for, with the seed that draws them again; none where it is not set. */
export function requestedFaults(
  value: string | undefined,
): { readonly seed: number; readonly draw: Faults } | undefined {
  if (value === undefined || value === '') return undefined
  const wanted = request.safeParse(parsed(value))
  if (!wanted.success) throw new Refusal(`${FAULTS_VARIABLE} is not understood: ${z.prettifyError(wanted.error)}.`)
  const { seed = Math.floor(Math.random() * 2 ** 31), ...chances } = wanted.data
  const numbers = Random.seeded(seed)
  const random = () => numbers.next()
  const draw: Faults = () => ({
    duplicate: random() < chances.duplicate,
    concurrentDuplicate: random() < chances.concurrentDuplicate,
    dropCommit: random() < chances.dropCommit,
    bisect: random() < chances.bisect,
  })
  return { seed, draw }
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch (error) {
    throw new Refusal(`${FAULTS_VARIABLE} must be JSON such as {"duplicate":0.3,"seed":7}: ${String(error)}.`)
  }
}
