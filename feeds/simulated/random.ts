/**
 * Random numbers that a seed repeats: xoshiro128** 1.1 by David Blackman and Sebastiano Vigna, "Scrambled Linear
 * Pseudorandom Number Generators", ACM TOMS 47 (2021). A SplitMix of 32 bits fills its state (constants from Chris
 * Wellons' hash prospector). 32-bit arithmetic only, so it is quick in JavaScript. Not for secrets.
 */
export class Random {
  readonly #state: Uint32Array<ArrayBuffer>

  /** @param state four words of 32 bits, not all zero; `seeded` makes them of one. */
  constructor(state: readonly [number, number, number, number]) {
    this.#state = Uint32Array.from(state)
  }

  /** @param seed a whole number; only its lowest 32 bits count. */
  static seeded(seed: number): Random {
    let mixed = seed >>> 0
    const word = () => {
      mixed = (mixed + 0x9e3779b9) >>> 0
      let z = mixed
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
      return (z ^ (z >>> 15)) >>> 0
    }
    return new Random([word(), word(), word(), word()])
  }

  /** 32 random bits, as a whole number from 0. */
  bits(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#state
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const crossed = [c ^ a, d ^ b] as const
    this.#state[1] = b ^ crossed[0]
    this.#state[0] = a ^ crossed[1]
    this.#state[2] = crossed[0] ^ (b << 9)
    this.#state[3] = rotate(crossed[1], 11)
    return scrambled
  }

  /** From 0 to below 1. */
  next(): number {
    return this.bits() / 2 ** 32
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  /** Normally distributed, mean 0 and deviation 1 (Box and Muller, 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
  }
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))
