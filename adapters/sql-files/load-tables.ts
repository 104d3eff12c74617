import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Refusal } from '#domain/refusal.ts'
import { parseTable, type TableSource } from '#domain/tables/parse-table.ts'
import { silverTables } from '#domain/tables/silver-tables.ts'
import { type Defect, layers, type Table, type TableName } from '#domain/tables/table.ts'
import { wavesOf } from '#domain/tables/table-graph.ts'
import { loadSchedules } from './load-schedules.ts'
import { refusalOf } from './refusal-of.ts'
import { readYaml } from './yaml-text.ts'

/** Tables that Firehose and the planner fill: they can be read, and no run refreshes them. */
const FILLED: readonly TableName[] = ['bronze.events', 'ops.quarantine', 'ops.runs']

/**
 * Reads every table that runs refresh: those of `<folder>/<layer>/*.sql`, and silver's, which follow from the contracts.
 * @param folder `sql/` of the repository, or its copy in a bundle
 * @returns in an order in which each stands behind all that it reads
 * @throws Refusal with every defect of every file, or the cycle in which tables read each other
 */
export function loadTables(folder: string): readonly Table[] {
  const schedules = new Set(loadSchedules(folder).map(({ name }) => name))
  const silver = silverTables()
  const read = sqlFiles(folder).map(readSource)
  const names = [...FILLED, ...silver.map(({ name }) => name), ...read.map(({ source }) => source.name)]
  const known = { tables: new Set(names), schedules }
  const defects: Defect[] = []
  const tables: Table[] = [...silver]
  for (const { source, errors } of read) {
    const parsed = errors.length > 0 ? { defects: errors } : parseTable(source, known)
    if ('defects' in parsed) defects.push(...parsed.defects)
    else tables.push(parsed.table)
  }
  if (defects.length > 0) throw refusalOf(defects)
  const unscheduled = tables.find(({ schedule }) => !schedules.has(schedule))
  if (unscheduled !== undefined) {
    throw new Refusal(`${unscheduled.name} is refreshed by ${unscheduled.schedule}: add that to sql/schedules.yml.`)
  }
  return wavesOf(tables).flat()
}

/** The files of all layers that there are, `sql/gold/ohlc_daily.sql`, in the order of their names. */
const sqlFiles = (folder: string): readonly { readonly file: string; readonly name: TableName }[] =>
  layers.flatMap((layer) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name === layer)
      .flatMap(() => readdirSync(join(folder, layer)))
      .filter((name) => name.endsWith('.sql'))
      .toSorted()
      .map((name) => ({ file: join(folder, layer, name), name: `${layer}.${basename(name, '.sql')}` as const })),
  )

const FRONT_MATTER = /^\s*\/\*([\s\S]*?)\*\//

function readSource({ file, name }: { file: string; name: TableName }): {
  readonly source: TableSource
  readonly errors: readonly Defect[]
} {
  const text = readFileSync(file, 'utf8')
  const [comment = '', inside = ''] = FRONT_MATTER.exec(text) ?? []
  const firstLine = lineAt(text, comment.indexOf('/*') + 2)
  const { value, lineOf, errors } = readYaml(inside, firstLine)
  const says = 'has no front matter: the file begins with /* doc, grain, … */ and its select follows'
  const found = comment === '' ? [{ line: 1, says }] : errors
  const source = {
    file,
    name,
    frontMatter: value,
    lineOf,
    select: text.slice(comment.length),
    selectLine: lineAt(text, comment.length),
  }
  return { source, errors: found.map((error) => ({ file, ...error })) }
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length
