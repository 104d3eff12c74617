import { isWord, nameOf, significant, type Token } from './sql-tokens.ts'
import { type Layer, layers, type TableName } from './table.ts'

/** A table that SQL names by its layer: `silver.ticks`. */
export interface TableReference {
  readonly table: TableName
  readonly line: number
}

const isLayer = (name: string | undefined): name is Layer => layers.some((layer) => layer === name)

/** Whether a name is a layer's and a table's, `silver.ticks`. */
export function isTableName(name: string): name is TableName {
  const [layer, table, ...rest] = name.split('.')
  return isLayer(layer) && table !== undefined && table !== '' && rest.length === 0
}

/** Every table named by its layer, each time it is. */
export function referencesIn(tokens: readonly Token[]): readonly TableReference[] {
  const words = significant(tokens)
  return words.flatMap((_, at) => {
    const found = referenceAt(words, at)
    return found === undefined ? [] : [found]
  })
}

/** Three significant tokens, `layer . table`, that no further name precedes. */
function referenceAt(words: readonly Token[], at: number): TableReference | undefined {
  const [layer, dot, table] = words.slice(at, at + 3)
  const name = nameOf(table)
  const database = nameOf(layer)
  if (layer === undefined || !isLayer(database) || !isWord(dot, '.') || name === undefined) return undefined
  if (isWord(words[at - 1], '.')) return undefined
  return { table: `${database}.${name}`, line: layer.line }
}

/** What stands in place of what SQL leaves open. */
export interface Filling {
  readonly table: (table: TableName) => string
  /** By name, without the colon. @throws Error where SQL has a parameter that is not here */
  readonly parameters?: Readonly<Record<string, string>>
}

/** The SQL with tables and parameters filled in. Strings and comments stay as they are. */
export function fillIn(tokens: readonly Token[], { table, parameters = {} }: Filling): string {
  const words = significant(tokens)
  const replaced = new Map<Token, string>()
  words.forEach((word, at) => {
    const reference = referenceAt(words, at)
    if (reference !== undefined) {
      replaced.set(word, table(reference.table))
      for (const rest of words.slice(at + 1, at + 3)) replaced.set(rest, '')
    }
    if (word.kind === 'parameter') replaced.set(word, parameterOf(parameters, word))
  })
  return tokens.map((token) => replaced.get(token) ?? token.text).join('')
}

function parameterOf(parameters: Readonly<Record<string, string>>, { text, line }: Token): string {
  const value = parameters[text.slice(1)]
  if (value === undefined) throw new Error(`line ${line} has ${text}, for which there is no value`)
  return value
}
