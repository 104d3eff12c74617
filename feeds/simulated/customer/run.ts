import type { Tokenise } from '#domain/events/tokens.ts'
import { Random } from '../random.ts'

/** Names what a run makes: alike for the same seed and start, and unlike any other's. */
export class Run {
  readonly seed: number
  readonly tokenise: Tokenise
  readonly #name: string
  readonly #prefix: string
  #keys = 0
  #orders = 0

  constructor(seed: number, start: number, tokenise: Tokenise) {
    this.seed = seed
    this.tokenise = tokenise
    this.#name = `${seed.toString(36)}-${start.toString(36)}`
    this.#prefix = uuidPrefix(seed, start)
  }

  userId(customer: number, account: number): string {
    return account === 1 ? `u-${this.#name}-${customer}` : `u-${this.#name}-${customer}-${account}`
  }

  mailbox(customer: number): string {
    return `${GIVEN[customer % GIVEN.length]}.${FAMILY[customer % FAMILY.length]}.${this.#name}-${customer}`
  }

  readonly nextOrder = (): string => `o-${this.#name}-${(this.#orders++).toString(36)}`

  /** A UUID of version 8 (RFC 9562): 74 bits of the run, and a count. */
  readonly nextKey = (): string => `${this.#prefix}${(this.#keys++).toString(16).padStart(12, '0')}`
}

function uuidPrefix(seed: number, start: number): string {
  const random = new Random([seed >>> 0, start >>> 0, Math.floor(start / 2 ** 32), 1])
  // The first numbers of so plain a state are plain too.
  for (let i = 0; i < 32; i += 1) random.bits()
  const hex = (digits: number) => random.bits().toString(16).padStart(8, '0').slice(0, digits)
  const variant = (8 + random.below(4)).toString(16)
  return `${hex(8)}-${hex(4)}-8${hex(3)}-${variant}${hex(3)}-`
}

const GIVEN = ['mia', 'noah', 'yuki', 'lena', 'omar', 'ines', 'jack', 'aoife', 'ravi', 'clara', 'hugo']
const FAMILY = ['keller', 'brown', 'sato', 'martin', 'garcia', 'murphy', 'novak', 'schmidt', 'lopez', 'tanaka']
