import type { z } from 'zod'
import { frontMatter, type Path, readValue, type Wrong } from './front-matter.ts'
import { usesDay, type WrongSql, wrongForm, wrongParameters, wrongPredicate, wrongReads } from './select-rules.ts'
import { shapeOf } from './select-shape.ts'
import { type Token, tokenise } from './sql-tokens.ts'
import type { Check, Defect, Table, TableColumn, TableName } from './table.ts'
import { referencesIn } from './table-references.ts'

/** A table's file, as its adapter took it apart. */
export interface TableSource {
  readonly file: string
  /** From the file's own place: `sql/gold/ohlc_daily.sql` is `gold.ohlc_daily`. */
  readonly name: TableName
  /** The leading comment as data; undefined where the file has none, or none that can be read. */
  readonly frontMatter: unknown
  /** The line in the file of what stands at a path of the front matter, or of the nearest that is there. */
  readonly lineOf: (path: Path) => number
  /** What follows the front matter. */
  readonly select: string
  /** The line in the file at which it begins. */
  readonly selectLine: number
}

/** What a table may point at. */
export interface Known {
  /** Every table that there is, those that no run refreshes included. */
  readonly tables: ReadonlySet<TableName>
  readonly schedules: ReadonlySet<string>
}

/** Reads a table's file: the table, or everything that is wrong with the file, in its order. */
export function parseTable(
  source: TableSource,
  known: Known,
): { readonly table: Table } | { readonly defects: readonly [Defect, ...Defect[]] } {
  const tokens = tokenise(source.select)
  const { front, wrong } = readFront(source.frontMatter)
  const inFront = [...wrong, ...wrongKeys(front), ...wrongSchedule(front, known), ...wrongChecks(front.checks ?? [])]
  const form = [...wrongForm(tokens)]
  if (form.length === 0) inFront.push(...wrongColumns(front.columns ?? [], tokens))
  if (front.day !== undefined && !usesDay(tokens)) {
    inFront.push({
      path: ['day'],
      says: `day is ${front.day}, and the select never uses :day: each run would build every day`,
    })
  }
  const inSelect = [...form, ...wrongReads(tokens, source.name, known.tables), ...wrongParameters(tokens, front.day)]
  const [first, ...rest] = defectsOf(source, inFront, inSelect)
  if (first !== undefined) return { defects: [first, ...rest] }
  const { doc, grain, day, schedule, affects, columns, checks } = front
  if (!doc || !grain || !schedule || affects === undefined || !columns || !checks) {
    throw new Error(`${source.file}: a value is absent, and no defect says so`)
  }
  return {
    table: {
      name: source.name,
      doc,
      grain,
      ...(day === undefined ? {} : { day }),
      schedule,
      affects,
      columns,
      checks,
      reads: [...new Set(referencesIn(tokens).map(({ table }) => table))],
      build: { kind: 'athena', select: source.select.trim() },
    },
  }
}

type Front = ReturnType<typeof readFront>['front']

/** Each key of the front matter by itself, so that one bad value hides no other. */
function readFront(given: unknown) {
  const map = typeof given === 'object' && given !== null && !Array.isArray(given) ? given : {}
  const known = Object.keys(frontMatter)
  const wrong: Wrong[] = Object.keys(map)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: [key], says: `there is no key "${key}": a table has ${known.join(', ')}` }))
  const take = <S extends z.ZodType>(key: string, schema: S): z.output<S> | undefined => {
    const read = readValue(key, schema, Reflect.get(map, key))
    if ('value' in read) return read.value
    wrong.push(...read.wrong)
    return undefined
  }
  const columns = take('columns', frontMatter.columns)
  const front = {
    doc: take('doc', frontMatter.doc),
    grain: take('grain', frontMatter.grain),
    day: take('day', frontMatter.day),
    schedule: take('schedule', frontMatter.schedule),
    affects: take('affects', frontMatter.affects),
    columns: columns && Object.entries(columns).map(([name, column]): TableColumn => ({ name, ...column })),
    checks: take('checks', frontMatter.checks),
  }
  return { front, wrong }
}

function* wrongKeys({ grain, day, columns }: Front): Iterable<Wrong> {
  if (columns === undefined) return
  const keys: readonly string[] = grain ?? []
  const names = columns.map(({ name }) => name)
  for (const [at, key] of keys.entries()) {
    if (!names.includes(key)) yield { path: ['grain', at], says: `grain has ${key}, which is not among the columns` }
    if (keys.indexOf(key) < at) yield { path: ['grain', at], says: `grain has ${key} twice` }
  }
  if (day === undefined) return
  const type = columns.find(({ name }) => name === day)?.type
  if (type === undefined) yield { path: ['day'], says: `day is ${day}, which is not among the columns` }
  else if (type !== 'date') yield { path: ['day'], says: `day is ${day}, whose type is ${type} and has to be date` }
}

function* wrongSchedule({ schedule }: Front, { schedules }: Known): Iterable<Wrong> {
  if (schedule === undefined || schedules.has(schedule)) return
  yield { path: ['schedule'], says: `schedule is ${schedule}, and there is none but ${[...schedules].join(', ')}` }
}

function* wrongChecks(checks: readonly Check[]): Iterable<Wrong> {
  for (const [at, { expect }] of checks.entries()) {
    for (const says of wrongPredicate(tokenise(expect))) {
      yield { path: ['checks', at], says: `check "${expect}" ${says}` }
    }
  }
}

function* wrongColumns(columns: readonly TableColumn[], tokens: readonly Token[]): Iterable<Wrong> {
  const selected = shapeOf(tokens).columns
  if (selected === undefined || columns.length === 0) return
  const declared = columns.map(({ name }) => name)
  const path = (name: string): Path => ['columns', name]
  for (const name of declared) {
    if (!selected.includes(name)) yield { path: path(name), says: `column ${name} is declared and not selected` }
  }
  for (const [at, name] of selected.entries()) {
    if (!declared.includes(name)) yield { path: ['columns'], says: `column ${name} is selected and not declared` }
    if (selected.indexOf(name) < at) yield { path: ['columns'], says: `column ${name} is selected twice` }
  }
  const at = declared.findIndex((name, at) => name !== selected[at])
  const name = declared[at]
  if (name !== undefined && declared.toSorted().join() === selected.toSorted().join()) {
    yield {
      path: path(name),
      says: `columns are not in the select's order: it has ${selected[at]} where ${name} stands`,
    }
  }
}

function defectsOf(source: TableSource, inFront: readonly Wrong[], inSelect: readonly WrongSql[]): readonly Defect[] {
  const { file, lineOf, selectLine } = source
  return [
    ...inFront.map(({ path, says }) => ({ file, line: lineOf(path), says })),
    ...inSelect.map(({ line, says }) => ({ file, line: selectLine + line - 1, says })),
  ].toSorted((a, b) => a.line - b.line)
}
