import { isWord, nameOf, type Token, tokenise } from '#domain/tables/sql-tokens.ts'
import { invalidRequest } from '../errors.ts'

/** A table as a statement names it; the database is left out where the statement's context says it. */
export interface TableReference {
  readonly database?: string
  readonly table: string
}

/** How a statement quotes names: Hive's DDL with backticks, everything else with double quotes. */
export type Quoting = 'backticks' | 'double quotes'

/** Reads a statement token by token, spaces and comments left out. What does not fit is an InvalidRequestException. */
export class Cursor {
  readonly #tokens: readonly Token[]
  readonly #end: number
  #at: number
  readonly quoting: Quoting

  /** A cursor over the tokens from `at` up to `end`. */
  constructor(tokens: readonly Token[], quoting: Quoting = 'double quotes', at = 0, end = tokens.length) {
    this.#tokens = tokens
    this.#end = end
    this.#at = at
    this.quoting = quoting
    this.#skip()
  }

  /** The same place, with names quoted in the given way. */
  with(quoting: Quoting): Cursor {
    return new Cursor(this.#tokens, quoting, this.#at, this.#end)
  }

  get ended(): boolean {
    return this.#at >= this.#end
  }

  /** The significant token that is `ahead` further on; undefined past the end. */
  peek(ahead = 0): Token | undefined {
    let left = ahead
    for (let at = this.#at; at < this.#end; at++) {
      const token = this.#tokens[at]
      if (token !== undefined && isSignificant(token) && left-- === 0) return token
    }
    return undefined
  }

  /** Whether these words or symbols (lower case) come next. */
  isNext(...words: readonly string[]): boolean {
    return words.every((word, index) => isWord(this.peek(index), word))
  }

  /** Takes the next token, whatever it is. */
  take(): Token {
    const token = this.peek()
    if (token === undefined) throw this.unexpected('more')
    this.#at++
    this.#skip()
    return token
  }

  /** Takes these words where they come next; answers whether they did. */
  accept(...words: readonly string[]): boolean {
    if (!this.isNext(...words)) return false
    for (const _ of words) this.take()
    return true
  }

  /** Takes these words, which must come next. */
  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.accept(word)) throw this.unexpected(`'${word.toUpperCase()}'`)
  }

  /** Takes a name: lower case, as Athena keeps all names. */
  name(): string {
    const token = this.peek()
    const name = nameOf(token)
    if (token === undefined || name === undefined) throw this.unexpected('an identifier')
    const wrongQuote = this.quoting === 'backticks' ? '"' : '`'
    if (token.text.startsWith(wrongQuote)) throw this.unexpected('an identifier')
    this.take()
    return name.toLowerCase()
  }

  /** Takes `table`, `database.table` or `awsdatacatalog.database.table`. */
  table(): TableReference {
    const parts = [this.name()]
    while (this.accept('.')) parts.push(this.name())
    if (parts.length === 3 && parts[0] !== 'awsdatacatalog') {
      throw invalidRequest(`CATALOG_NOT_FOUND: Catalog '${parts[0]}' does not exist`)
    }
    const [table = '', database] = parts.toReversed()
    if (parts.length > 3) throw this.unexpected('the end of the name')
    return database === undefined ? { table } : { database, table }
  }

  /** Takes a text in single quotes; answers what stands in it. */
  text(): string {
    const token = this.peek()
    if (token?.kind !== 'string') throw this.unexpected('a string')
    this.take()
    return token.text.slice(1, -1).replaceAll("''", "'")
  }

  /** Takes what stands between an opening parenthesis, which must come next, and its closing one. */
  group(): Cursor {
    const open = this.peek()
    this.expect('(')
    const start = this.#at
    for (let depth = 1; !this.ended; ) {
      const end = this.#at
      const token = this.take()
      depth += Number(isWord(token, '(')) - Number(isWord(token, ')'))
      if (depth === 0) return new Cursor(this.#tokens, this.quoting, start, end)
    }
    throw invalidRequest(`line ${open?.line}: the parenthesis is not closed`)
  }

  /** Takes what remains up to a comma outside all brackets, or up to the end, and the comma; the text as written. */
  item(): string {
    const words: string[] = []
    for (let depth = 0; !this.ended; ) {
      const start = this.#at
      if (depth === 0 && this.accept(',')) break
      const token = this.take()
      if (['(', '[', '<'].includes(token.text)) depth++
      if ([')', ']', '>'].includes(token.text)) depth--
      words.push(this.#textOf(start, this.#at))
    }
    return words.join('').trim()
  }

  /** Everything that remains, as written. */
  rest(): string {
    const text = this.#textOf(this.#at, this.#end).trim()
    this.#at = this.#end
    return text
  }

  /** Refuses what remains. */
  expectEnd(): void {
    if (!this.ended) throw this.unexpected('<EOF>')
  }

  /** The error that the next token is not what may stand there. */
  unexpected(expected: string): Error {
    const token = this.peek()
    const found = token === undefined ? '<EOF>' : token.text
    return invalidRequest(`line ${token?.line ?? 'last'}: mismatched input '${found}'. Expecting: ${expected}`)
  }

  #skip(): void {
    for (; this.#at < this.#end; this.#at++) {
      const token = this.#tokens[this.#at]
      if (token === undefined || isSignificant(token)) return
    }
  }

  #textOf(start: number, end: number): string {
    return this.#tokens
      .slice(start, end)
      .map(({ text }) => text)
      .join('')
  }
}

const isSignificant = ({ kind }: Token): boolean => kind !== 'space' && kind !== 'comment'

/** A cursor over one statement, a semicolon at its end left out. Refuses an empty text, several, and what never ends. */
export function cursorOver(text: string): Cursor {
  const tokens = tokenise(text)
  const unclosed = tokens.find(({ kind }) => kind === 'unclosed')
  if (unclosed) throw invalidRequest(`line ${unclosed.line}: ${unclosed.text.slice(0, 20)} is not closed`)
  const semicolon = tokens.findIndex((token) => isWord(token, ';'))
  const end = semicolon < 0 ? tokens.length : semicolon
  if (tokens.slice(end + 1).some(isSignificant)) {
    throw invalidRequest(`Only one sql statement is allowed. Got: ${text}`)
  }
  const cursor = new Cursor(tokens, 'double quotes', 0, end)
  if (cursor.ended) throw invalidRequest('Query string is empty')
  return cursor
}
