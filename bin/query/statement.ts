import { qualified } from '#domain/lake/names.ts'
import { Refusal } from '#domain/refusal.ts'
import { isWord, nameOf, significant, type Token, tokenise } from '#domain/tables/sql-tokens.ts'
import { fillIn } from '#domain/tables/table-references.ts'

/** How a statement begins that only reads. */
const READING = ['select', 'with', 'values', 'table', 'show', 'describe', 'desc']

/**
 * What a person wrote as Athena takes it: `gold.ohlc_daily` is the stage's table, and a semicolon at the end is gone.
 * @param mayWrite whether anything else than reading is let through
 * @throws Refusal where it is empty, writes although it may not, or is more than one statement
 */
export function statementOf(text: string, stage: string, mayWrite: boolean): string {
  const tokens = tokenise(text)
  const words = significant(tokens)
  const last = words.findLastIndex((word) => !isWord(word, ';'))
  if (last === -1)
    throw new Refusal('There is no statement: write one such as "select * from gold.ohlc_daily limit 5".')
  const end = words[last + 1]
  const kept = end === undefined ? tokens : tokens.slice(0, tokens.indexOf(end))
  if (significant(kept).some((word) => isWord(word, ';'))) {
    throw new Refusal('These are several statements, and Athena takes one: run them one after the other.')
  }
  const parameter = kept.find(({ kind }) => kind === 'parameter')
  if (parameter !== undefined) {
    throw new Refusal(`${parameter.text} is a parameter, and query has no value for it: write the value itself.`)
  }
  const verb = verbOf(significant(kept))
  if (!mayWrite && !READING.includes(verb)) {
    throw new Refusal(`${verb.toUpperCase()} writes, and query only reads: add --write if you mean it.`)
  }
  return fillIn(kept, { table: (table) => qualified(stage, table) }).trim()
}

/** The word that says what it does: EXPLAIN ANALYZE runs what it explains, so that what follows decides. */
function verbOf(words: readonly Token[]): string {
  const verb = words.find((word) => !isWord(word, '('))
  if (!isWord(verb, 'explain')) return nameOf(verb) ?? verb?.text ?? ''
  let at = words.findIndex((word) => isWord(word, 'explain')) + 1
  while (isWord(words[at], 'analyze') || isWord(words[at], 'verbose')) at += 1
  if (isWord(words[at], '(')) at = words.findIndex((word, i) => i > at && isWord(word, ')')) + 1
  return nameOf(words[at]) ?? ''
}
