import { isWord, nameOf, significant, type Token } from './sql-tokens.ts'
import type { TableName } from './table.ts'
import { isTableName } from './table-references.ts'

/** In a location, what stands for the lake's bucket. */
export const LAKE = `\${lake}`

/** Where a table's data stands, as a migration's literal. */
export const locationOf = (table: TableName): string => `'${LAKE}/${table.replace('.', '/')}/'`

/** A column as DDL has it: `string`, `int`, `decimal(38,8)`. */
export interface DdlColumn {
  readonly name: string
  readonly type: string
}

/** What a statement of a migration does. */
export type Change = { readonly table: TableName } & (
  | { readonly kind: 'create'; readonly columns: readonly DdlColumn[]; readonly partitionedBy: readonly string[] }
  | { readonly kind: 'add'; readonly columns: readonly DdlColumn[] }
  | { readonly kind: 'drop'; readonly column: string }
  | { readonly kind: 'change'; readonly column: string; readonly to: DdlColumn }
)

/** A statement that this reader does not understand. */
export class UnreadStatement extends Error {
  override readonly name = 'UnreadStatement'
  readonly line: number

  constructor(message: string, line: number) {
    super(message)
    this.line = line
  }
}

/** The statements of a file, without their semicolons and without the spaces and comments around them. */
export function statementsOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const statements: Token[][] = [[]]
  for (const token of tokens) {
    if (isWord(token, ';')) statements.push([])
    else statements.at(-1)?.push(token)
  }
  return statements.map(trimmed).filter((statement) => statement.length > 0)
}

function trimmed(statement: readonly Token[]): readonly Token[] {
  const words = significant(statement)
  const [first] = words
  const last = words.at(-1)
  if (first === undefined || last === undefined) return []
  return statement.slice(statement.indexOf(first), statement.lastIndexOf(last) + 1)
}

/**
 * Reads one of the four statements that migrations are made of: CREATE TABLE of an Iceberg table, and ALTER TABLE with
 * ADD COLUMNS, DROP COLUMN or CHANGE COLUMN.
 * @throws UnreadStatement where it is another one
 */
export function readChange(statement: readonly Token[]): Change {
  const reader = new Reader(significant(statement))
  if (reader.takes('create')) {
    reader.expect('table')
    if (reader.takes('if')) reader.expect('not', 'exists')
    const table = reader.table()
    const columns = reader.columns()
    const partitionedBy = reader.takes('partitioned') ? reader.partition() : []
    reader.location(table)
    reader.properties()
    return { kind: 'create', table, columns, partitionedBy }
  }
  reader.expect('alter', 'table')
  const table = reader.table()
  const change = readAlteration(reader)
  reader.end()
  return { table, ...change }
}

function readAlteration(reader: Reader) {
  if (reader.takes('add')) {
    reader.expect('columns')
    return { kind: 'add', columns: reader.columns() } as const
  }
  if (reader.takes('drop')) {
    reader.expect('column')
    return { kind: 'drop', column: reader.name() } as const
  }
  reader.expect('change')
  reader.takes('column')
  return { kind: 'change', column: reader.name(), to: reader.column() } as const
}

/** Takes a statement's words one after the other. */
class Reader {
  readonly #words: readonly Token[]
  #at = 0

  constructor(words: readonly Token[]) {
    this.#words = words
  }

  /** Whether the next word is this one; it is then taken. */
  takes(word: string): boolean {
    if (!isWord(this.#words[this.#at], word)) return false
    this.#at += 1
    return true
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.takes(word)) throw this.#unread(`"${word}"`)
  }

  name(): string {
    const name = nameOf(this.#words[this.#at])
    if (name === undefined) throw this.#unread('a name')
    this.#at += 1
    return name
  }

  table(): TableName {
    const layer = this.name()
    this.expect('.')
    const table = `${layer}.${this.name()}`
    if (isTableName(table)) return table
    throw new UnreadStatement(`${table} is no table of a layer, such as gold.ohlc_daily`, this.#line())
  }

  columns(): readonly DdlColumn[] {
    return this.#list(() => this.column())
  }

  column(): DdlColumn {
    const name = this.name()
    const type = this.name()
    return { name, type: this.takes('(') ? `${type}(${this.#inParentheses().join('')})` : type }
  }

  partition(): readonly string[] {
    this.expect('by')
    return this.#list(() => this.name())
  }

  /** A table's data has one place, which everything else counts on. */
  location(table: TableName): void {
    this.expect('location')
    const place = locationOf(table)
    if (this.#words[this.#at]?.text !== place) throw this.#unread(place)
    this.#at += 1
  }

  properties(): void {
    this.expect('tblproperties', '(')
    const text = this.#inParentheses().join('').toLowerCase()
    if (!text.includes("'table_type'='iceberg'")) throw this.#unread("'table_type' = 'ICEBERG' among the properties")
    this.end()
  }

  end(): void {
    if (this.#at < this.#words.length) throw this.#unread('the end of the statement')
  }

  #list<T>(item: () => T): readonly T[] {
    this.expect('(')
    const items = [item()]
    while (this.takes(',')) items.push(item())
    this.expect(')')
    return items
  }

  /** The texts up to the closing parenthesis, the opening one being taken already. */
  #inParentheses(): readonly string[] {
    const from = this.#at
    while (this.#at < this.#words.length && !isWord(this.#words[this.#at], ')')) this.#at += 1
    const texts = this.#words.slice(from, this.#at).map(({ text }) => text)
    this.expect(')')
    return texts
  }

  #line(): number {
    return (this.#words[this.#at] ?? this.#words.at(-1))?.line ?? 1
  }

  #unread(wanted: string): UnreadStatement {
    const found = this.#words[this.#at]?.text
    return new UnreadStatement(`has ${found === undefined ? 'an end' : found} where ${wanted} is wanted`, this.#line())
  }
}
