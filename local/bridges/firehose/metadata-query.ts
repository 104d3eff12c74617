import { wallTime } from '../wall-clock.ts'
import { invalidArgument } from './service-error.ts'

/** The keys of a metadata extraction query, and how each is taken out of a record. */
export interface MetadataQuery {
  readonly keys: readonly string[]
  /** @throws Error where the query fails on this record, or a key is null or empty */
  extract(record: unknown): Readonly<Record<string, string>>
}

type Step = (value: unknown) => unknown
interface Token {
  readonly kind: 'name' | 'text' | 'sign'
  readonly text: string
}

const TOKEN = /\s*(?:(?<name>[A-Za-z_]\w*)|(?<text>"(?:[^"\\]|\\.)*")|(?<sign>[{}()[\]:,|.]))/y

const FUNCTIONS: Readonly<Record<string, Step>> = {
  tostring: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  tonumber: (value) => {
    const number = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : NaN
    if (Number.isNaN(number)) throw new Error(`${JSON.stringify(value)} cannot be parsed as a number`)
    return number
  },
  floor: (value) => Math.floor(asNumber(value, 'floor')),
  ascii_downcase: (value) => asText(value, 'ascii_downcase').replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
  ascii_upcase: (value) => asText(value, 'ascii_upcase').replace(/[a-z]/g, (letter) => letter.toUpperCase()),
}

/**
 * Compiles the part of jq that is evaluated here: `{key: .path.to."field" | function, shorthand}` with the functions
 * tostring, tonumber, floor, ascii_downcase, ascii_upcase and strftime. @throws ServiceError for all else
 */
export function compileQuery(query: string): MetadataQuery {
  const parser = new Parser(query, tokensOf(query))
  const entries = parser.object()
  return {
    keys: entries.map(([key]) => key),
    extract(record) {
      const found: Record<string, string> = {}
      for (const [key, step] of entries) {
        const value = step(record)
        if (value === null || value === undefined || value === '') {
          throw new Error('partitionKeys values must not be null or empty')
        }
        found[key] = typeof value === 'string' ? value : JSON.stringify(value)
      }
      return found
    },
  }
}

class Parser {
  readonly #query: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(query: string, tokens: readonly Token[]) {
    this.#query = query
    this.#tokens = tokens
  }

  object(): [string, Step][] {
    const entries: [string, Step][] = []
    this.#expect('{')
    do {
      const key = this.#key()
      entries.push([key, this.#accept(':') ? this.#pipe() : field(key)])
    } while (this.#accept(','))
    this.#expect('}')
    if (this.#at < this.#tokens.length) throw this.#unknown()
    return entries
  }

  #key(): string {
    const token = this.#tokens[this.#at++]
    if (token?.kind === 'name') return token.text
    if (token?.kind === 'text') return String(JSON.parse(token.text))
    throw this.#unknown(1)
  }

  #pipe(): Step {
    const steps = [this.#term()]
    while (this.#accept('|')) steps.push(this.#call())
    return (value) => steps.reduce((result, step) => step(result), value)
  }

  #term(): Step {
    if (this.#accept('(')) {
      const inner = this.#pipe()
      this.#expect(')')
      return inner
    }
    const token = this.#tokens[this.#at]
    if (token?.kind === 'text') {
      this.#at++
      const text: unknown = JSON.parse(token.text)
      return () => text
    }
    const steps: Step[] = []
    for (
      let dotted = this.#accept('.');
      dotted || (steps.length > 0 && this.#isNext('['));
      dotted = this.#accept('.')
    ) {
      const isBracketed = this.#accept('[')
      steps.push(field(this.#key()))
      if (isBracketed) this.#expect(']')
    }
    if (steps.length === 0) throw this.#unknown()
    return (value) => steps.reduce((result, step) => step(result), value)
  }

  #call(): Step {
    const name = this.#tokens[this.#at++]?.text ?? ''
    if (name === 'strftime') {
      this.#expect('(')
      const format = this.#key()
      this.#expect(')')
      return (value) => strftime(asNumber(value, 'strftime'), format)
    }
    const step = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined
    if (!step) throw this.#unknown(1)
    return step
  }

  #isNext(sign: string): boolean {
    const token = this.#tokens[this.#at]
    return token?.kind === 'sign' && token.text === sign
  }

  #accept(sign: string): boolean {
    const isThere = this.#isNext(sign)
    if (isThere) this.#at++
    return isThere
  }

  #expect(sign: string): void {
    if (!this.#accept(sign)) throw this.#unknown()
  }

  #unknown(back = 0): Error {
    const at = this.#tokens[this.#at - back]?.text
    return refused(this.#query, at === undefined ? 'it ends too early' : `${at} is not understood`)
  }
}

const refused = (query: string, why: string) =>
  invalidArgument(`The metadata extraction query ${query} cannot be evaluated here: ${why}.`)

function tokensOf(query: string): Token[] {
  const tokens: Token[] = []
  const end = query.trimEnd().length
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end; ) {
    const from = TOKEN.lastIndex
    const { name, text, sign } = TOKEN.exec(query)?.groups ?? {}
    if (name !== undefined) tokens.push({ kind: 'name', text: name })
    else if (text !== undefined) tokens.push({ kind: 'text', text })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
    else throw refused(query, `${query.slice(from).trim()} is not understood`)
  }
  return tokens
}

function field(name: string): Step {
  return (value) => {
    if (value === null || value === undefined) return null
    if (typeof value !== 'object' || Array.isArray(value)) {
      throw new Error(`Cannot index ${Array.isArray(value) ? 'array' : typeof value} with "${name}"`)
    }
    return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : null
  }
}

function strftime(seconds: number, format: string): string {
  const time = wallTime(seconds * 1000, 'UTC')
  const { year, month, day, hour, minute, second } = time
  const values: Readonly<Record<string, string>> = {
    Y: `${year}`.padStart(4, '0'),
    m: pair(month),
    d: pair(day),
    H: pair(hour),
    M: pair(minute),
    S: pair(second),
    F: `${`${year}`.padStart(4, '0')}-${pair(month)}-${pair(day)}`,
    '%': '%',
  }
  return format.replaceAll(/%(.)/g, (_, letter: string) => {
    const value = values[letter]
    if (value === undefined) throw new Error(`strftime/1 does not know %${letter} here`)
    return value
  })
}

const pair = (value: number) => `${value}`.padStart(2, '0')

function asNumber(value: unknown, name: string): number {
  if (typeof value === 'number') return value
  throw new Error(`${name} needs a number, not ${JSON.stringify(value)}`)
}

function asText(value: unknown, name: string): string {
  if (typeof value === 'string') return value
  throw new Error(`${name} needs a string, not ${JSON.stringify(value)}`)
}
