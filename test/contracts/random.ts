/** A seeded generator of numbers from 0 to below 1 (mulberry32), so that a failing run can be had again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** The seed of this run: LODESTREAM_SEED, or drawn at random; printed, so that it can be given again. */
export function seedOf(name: string): number {
  const seed = process.env.LODESTREAM_SEED ? Number(process.env.LODESTREAM_SEED) : Math.floor(Math.random() * 2 ** 31)
  process.stdout.write(`${name}: LODESTREAM_SEED=${seed}\n`)
  return seed
}
