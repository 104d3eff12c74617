import { createHash } from 'node:crypto'

/** How quick the quickest of a price's waves is, and how many there are, each twice as long as the one before. */
const QUICKEST_MS = 2_000
const WAVES = 16
/** How far the quickest moves a price, as a share of it; each longer one further by the square root of two. */
const QUICKEST_SHARE = 0.00008

/**
 * A price as a function of time alone, so that every venue tells the same one and any moment can be asked for: value
 * noise in sixteen octaves, from seconds to a day, which wanders like a price.
 * @param asset decides the wave, with the seed @param at ms @returns a factor upon the asset's usual price, about 1
 */
export function walkOf(seed: number, asset: string, at: number): number {
  let sum = 0
  let share = QUICKEST_SHARE
  let length = QUICKEST_MS
  for (let wave = 0; wave < WAVES; wave += 1) {
    const place = at / length
    const from = Math.floor(place)
    const [a, b] = [valueAt(seed, asset, wave, from), valueAt(seed, asset, wave, from + 1)]
    const part = place - from
    sum += share * (a + (b - a) * part * part * (3 - 2 * part))
    share *= Math.SQRT2
    length *= 2
  }
  return Math.exp(sum)
}

/** From -1 to 1, decided by all of it. */
function valueAt(seed: number, asset: string, wave: number, place: number): number {
  const digest = createHash('sha256').update(`${seed} ${asset} ${wave} ${place}`).digest()
  return digest.readUInt32BE(0) / 2 ** 31 - 1
}
