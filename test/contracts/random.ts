import { Random } from '#feeds/simulated/random.ts'

/** Numbers from 0 to below 1 that a seed repeats, so that a failing run can be had again. */
export function seeded(seed: number): () => number {
  const random = Random.seeded(seed)
  return () => random.next()
}

/** The seed of this run: LODESTREAM_SEED, or drawn at random; printed, so that it can be given again. */
export function seedOf(name: string): number {
  const seed = process.env.LODESTREAM_SEED ? Number(process.env.LODESTREAM_SEED) : Math.floor(Math.random() * 2 ** 31)
  process.stdout.write(`${name}: LODESTREAM_SEED=${seed}\n`)
  return seed
}
