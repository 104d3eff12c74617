import { isWord, nameOf, significant, type Token } from './sql-tokens.ts'
import { isTableName } from './table-references.ts'

/** What can be told of a select without knowing its tables. */
export interface SelectShape {
  /** What it reads by a bare or foreign name, neither a step of its with-list nor a table named by its layer. */
  readonly strangers: readonly { readonly name: string; readonly line: number }[]
  /** Of the final select, in order; undefined where they cannot be told: a star over a table, a union, one unnamed. */
  readonly columns: readonly string[] | undefined
}

/** Reads the shape of a select of named steps that ends in one plain select. */
export function shapeOf(tokens: readonly Token[]): SelectShape {
  const words = significant(tokens)
  const steps = stepsOf(words)
  const strangers = sourcesOf(words).filter(({ name }) => !steps.has(name) && !isTableName(name))
  return { strangers, columns: finalColumns(words, steps) }
}

/** The words of each `name as (…)`, by its name. */
function stepsOf(words: readonly Token[]): ReadonlyMap<string, readonly Token[]> {
  const steps = new Map<string, readonly Token[]>()
  words.forEach((word, at) => {
    const name = nameOf(word)
    const before = words[at - 1]
    const opens = isWord(before, 'with') || isWord(before, 'recursive') || isWord(before, ',')
    if (name === undefined || !opens || !isWord(words[at + 1], 'as') || !isWord(words[at + 2], '(')) return
    steps.set(name, words.slice(at + 3, closing(words, at + 2)))
  })
  return steps
}

/** Where the parenthesis at `open` closes. */
function closing(words: readonly Token[], open: number): number {
  let depth = 0
  for (let at = open; at < words.length; at += 1) {
    if (isWord(words[at], '(')) depth += 1
    if (isWord(words[at], ')')) depth -= 1
    if (depth === 0) return at
  }
  return words.length
}

/** Words that end a FROM's list of sources. */
const AFTER_FROM = [
  'where',
  'group',
  'having',
  'order',
  'limit',
  'offset',
  'fetch',
  'window',
  'union',
  'intersect',
  'except',
]

/** Every name that stands where a FROM or a JOIN wants a source; functions and subqueries left out. */
function sourcesOf(words: readonly Token[]): readonly { readonly name: string; readonly line: number }[] {
  const sources: { name: string; line: number }[] = []
  // One entry a parenthesis: `extract(day from x)` has a FROM that belongs to no select.
  const open = [{ select: false, from: false }]
  words.forEach((word, at) => {
    const here = open.at(-1) ?? { select: false, from: false }
    if (isWord(word, '(')) open.push({ select: false, from: false })
    else if (isWord(word, ')')) open.pop()
    else if (isWord(word, 'select')) Object.assign(here, { select: true, from: false })
    else if (opensFrom(word, words[at - 1]) && here.select) here.from = true
    else if (AFTER_FROM.some((end) => isWord(word, end))) here.from = false
    const wants = here.from && (opensFrom(word, words[at - 1]) || isWord(word, 'join') || isWord(word, ','))
    const source = wants ? sourceAt(words, at + 1) : undefined
    if (source !== undefined) sources.push(source)
  })
  return sources
}

/** Not the FROM of `is distinct from`. */
const opensFrom = (word: Token, before: Token | undefined): boolean =>
  isWord(word, 'from') && !isWord(before, 'distinct')

/** A name, dots and all; undefined for a function, a subquery, or `lateral (…)`. */
function sourceAt(words: readonly Token[], from: number): { name: string; line: number } | undefined {
  let at = from
  let name = nameOf(words[at])
  const line = words[at]?.line ?? 1
  while (name !== undefined && isWord(words[at + 1], '.')) {
    name += `.${nameOf(words[at + 2]) ?? ''}`
    at += 2
  }
  return name === undefined || isWord(words[at + 1], '(') ? undefined : { name, line }
}

/** The columns of a select's last top-level select, following stars into the steps they stand for. */
function finalColumns(
  words: readonly Token[],
  steps: ReadonlyMap<string, readonly Token[]>,
): readonly string[] | undefined {
  const top = topLevel(words)
  if (['union', 'intersect', 'except'].some((word) => top.some((token) => isWord(token, word)))) return undefined
  const select = top.findLastIndex((token) => isWord(token, 'select'))
  if (select < 0) return undefined
  const length = top.slice(select).findIndex((token, at, rest) => opensFrom(token, rest[at - 1]))
  const items = listItems(top.slice(select + 1, length < 0 ? undefined : select + length))
  if (items.length === 1 && items[0]?.length === 1 && isWord(items[0][0], '*')) {
    return starColumns(length < 0 ? [] : top.slice(select + length + 1), steps)
  }
  const names = items.map(columnName)
  return names.every((name) => name !== undefined) ? names : undefined
}

/** `select * from step`, and no more, has the step's columns. A step sees only those before it: no endless descent. */
function starColumns(
  rest: readonly Token[],
  steps: ReadonlyMap<string, readonly Token[]>,
): readonly string[] | undefined {
  const name = nameOf(rest[0])
  const step = name === undefined ? undefined : steps.get(name)
  if (name === undefined || step === undefined || rest.some((token) => isWord(token, 'join') || isWord(token, ','))) {
    return undefined
  }
  return finalColumns(step, new Map([...steps].filter(([other]) => other !== name)))
}

/** Words outside of parentheses; a pair of them stays as `(` and `)`. */
function topLevel(words: readonly Token[]): readonly Token[] {
  let depth = 0
  return words.filter((word) => {
    if (isWord(word, ')')) depth -= 1
    const outside = depth === 0
    if (isWord(word, '(')) depth += 1
    return outside
  })
}

function listItems(words: readonly Token[]): readonly (readonly Token[])[] {
  const items: Token[][] = [[]]
  for (const word of words) {
    if (isWord(word, ',')) items.push([])
    else items.at(-1)?.push(word)
  }
  return items
}

/** `x as name`, `x name`, `t.name`, `name`; undefined for an expression without a name. */
function columnName(item: readonly Token[]): string | undefined {
  const last = item.at(-1)
  const before = item.at(-2)
  const name = nameOf(last)
  if (name === undefined || item.length === 1) return name
  const named = isWord(before, 'as') || isWord(before, '.') || (isWord(before, ')') && name !== 'end')
  return named ? name : undefined
}
