import { shapeOf } from './select-shape.ts'
import { isWord, significant, type Token, unbalancedLine } from './sql-tokens.ts'
import { layers, type TableName } from './table.ts'
import { referencesIn } from './table-references.ts'

/** What is wrong with SQL, and at which of its lines, from 1. */
export interface WrongSql {
  readonly line: number
  readonly says: string
}

/** What no table's select may be: anything but one whole select. Where this finds nothing, its shape can be told. */
export function* wrongForm(tokens: readonly Token[]): Iterable<WrongSql> {
  const unclosed = tokens.find(({ kind }) => kind === 'unclosed')
  if (unclosed !== undefined) {
    yield { line: unclosed.line, says: `${unclosed.text.slice(0, 1)} opens a text, name or comment that never closes` }
    return
  }
  const words = significant(tokens)
  const semicolon = words.find((word) => isWord(word, ';'))
  if (semicolon !== undefined) yield { line: semicolon.line, says: 'the file holds one select and no semicolon' }
  if (!isWord(words[0], 'select') && !isWord(words[0], 'with')) {
    yield { line: words[0]?.line ?? 1, says: 'what follows the front matter has to be a select' }
  }
  const unbalanced = unbalancedLine(words)
  if (unbalanced !== undefined) yield { line: unbalanced, says: 'a parenthesis does not close' }
}

/** Tables that `reader` may not read: itself, those that there are not, and those of a later layer. */
export function* wrongReads(
  tokens: readonly Token[],
  reader: TableName,
  tables: ReadonlySet<TableName>,
): Iterable<WrongSql> {
  for (const { table, line } of referencesIn(tokens)) {
    if (table === reader) yield { line, says: `reads itself, ${table}: a run would depend on the runs before it` }
    else if (!tables.has(table)) yield { line, says: `reads ${table}, and there is no such table` }
    else if (rank(table) > rank(reader)) yield { line, says: `reads ${table}, which is of a later layer` }
  }
  for (const { name, line } of shapeOf(tokens).strangers) {
    yield { line, says: `reads ${name}, which is neither a step of its own nor a table such as silver.ticks` }
  }
}

/** Parameters other than `:day`, and `:day` where the table has no day. */
export function* wrongParameters(tokens: readonly Token[], day: string | undefined): Iterable<WrongSql> {
  for (const { kind, text, line } of tokens) {
    if (kind !== 'parameter') continue
    if (text !== ':day') yield { line, says: `${text} is no parameter: the only one is :day` }
    else if (day === undefined) yield { line, says: 'uses :day, and the front matter names no day column' }
  }
}

/** Whether the select uses `:day`. */
export const usesDay = (tokens: readonly Token[]): boolean =>
  tokens.some(({ kind, text }) => kind === 'parameter' && text === ':day')

/** What no check may be: anything but a predicate over one row. */
export function* wrongPredicate(tokens: readonly Token[]): Iterable<string> {
  const words = significant(tokens)
  const has = (kind: Token['kind']) => tokens.some((token) => token.kind === kind)
  if (words.length === 0) yield 'says nothing'
  if (has('unclosed')) yield 'has a text, name or comment that never closes'
  else if (unbalancedLine(words) !== undefined) yield 'has a parenthesis that does not close'
  if (has('comment')) yield 'has a comment'
  if (has('parameter')) yield 'has a parameter'
  if (words.some((word) => isWord(word, ';'))) yield 'has a semicolon'
  if (words.some((word) => isWord(word, 'select'))) yield 'reads a table: it may look at one row alone'
}

const rank = (table: TableName): number => layers.findIndex((layer) => table.startsWith(`${layer}.`))
