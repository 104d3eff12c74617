import { Refusal } from '../refusal.ts'
import { addDays } from './calendar-date.ts'
import type { Table, TableName } from './table.ts'

/**
 * Tables in waves: each reads only what earlier waves hold, or what no run refreshes. A wave's tables come in the
 * order of their names.
 * @throws Refusal that names the tables of a cycle
 */
export function wavesOf(tables: readonly Table[]): readonly (readonly Table[])[] {
  const waves: (readonly Table[])[] = []
  let waiting = tables.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  while (waiting.length > 0) {
    const names = new Set(waiting.map(({ name }) => name))
    const ready = waiting.filter(({ reads }) => !reads.some((read) => names.has(read)))
    if (ready.length === 0) throw new Refusal(`Tables read each other in a circle: ${cycleIn(waiting).join(' → ')}.`)
    waves.push(ready)
    waiting = waiting.filter((table) => !ready.includes(table))
  }
  return waves
}

/** A circle among tables each of which reads another of them: its first is also its last. */
function cycleIn(tables: readonly Table[]): readonly TableName[] {
  const byName = new Map(tables.map((table) => [table.name, table]))
  const path: TableName[] = []
  let here = tables[0]?.name
  while (here !== undefined && !path.includes(here)) {
    path.push(here)
    here = byName.get(here)?.reads.find((read) => byName.has(read))
  }
  return here === undefined ? path : [...path.slice(path.indexOf(here)), here]
}

/** The named tables and all that read them, over any number of steps. */
export function downstreamOf(names: Iterable<TableName>, tables: readonly Table[]): ReadonlySet<TableName> {
  const found = new Set(names)
  for (const { name, reads } of wavesOf(tables).flat()) if (reads.some((read) => found.has(read))) found.add(name)
  return found
}

/** The tables of a schedule: those that name it, and all that they read, for a table is as fresh as what it reads. */
export function tablesOn(schedule: string, tables: readonly Table[]): readonly Table[] {
  const wanted = new Set(tables.filter((table) => table.schedule === schedule))
  for (const table of wavesOf(tables).flat().toReversed()) {
    if (!wanted.has(table)) continue
    for (const read of tables) if (table.reads.includes(read.name)) wanted.add(read)
  }
  return tables.filter((table) => wanted.has(table))
}

/** One table to refresh, for one day of it or whole. */
export interface Refresh {
  readonly table: TableName
  /** `yyyy-mm-dd`; absent where the table is rebuilt whole. */
  readonly date?: string
}

/** Days of `yyyy-mm-dd`, by table. */
export type DaysByTable = ReadonlyMap<TableName, readonly string[]>

/** The days that each table can have rows of: those given for it, and those of what it reads, in their order. */
export function knownDays(tables: readonly Table[], days: DaysByTable): DaysByTable {
  const known = new Map<TableName, readonly string[]>()
  for (const { name, reads } of wavesOf(tables).flat()) {
    const all = [name, ...reads].flatMap((one) => [...(days.get(one) ?? []), ...(known.get(one) ?? [])])
    known.set(name, [...new Set(all)].toSorted())
  }
  return known
}

/**
 * What has to be refreshed where the named days of the named tables have changed: those themselves, and downstream of
 * them every day that they affect.
 * @param changed days by table, such as those of silver tables for which new rows have landed
 * @param days those for which the lake has rows: what `later`, or a whole table that changed, can reach
 * @returns waves as `wavesOf`; a table's days in their order
 */
export function refreshesOf(
  tables: readonly Table[],
  changed: DaysByTable,
  days: DaysByTable,
): readonly (readonly Refresh[])[] {
  const names = [...days.keys(), ...changed.keys()]
  const held = names.map((name) => [name, [...(days.get(name) ?? []), ...(changed.get(name) ?? [])]] as const)
  const known = knownDays(tables, new Map(held))
  const touched = new Map<TableName, readonly string[]>()
  const waves = wavesOf(tables).map((wave) =>
    wave.flatMap((table): readonly Refresh[] => {
      const every = known.get(table.name) ?? []
      const own = affected(table, touched, every)
      const all = every.filter((day) => own.has(day) || changed.get(table.name)?.includes(day))
      if (all.length === 0) return []
      touched.set(table.name, table.day === undefined ? every : all)
      return table.day === undefined ? [{ table: table.name }] : all.map((date) => ({ table: table.name, date }))
    }),
  )
  return waves.filter((wave) => wave.length > 0)
}

/** The days of a table that changed days of what it reads reach. */
function affected(
  { reads, affects }: Table,
  touched: ReadonlyMap<TableName, readonly string[]>,
  every: readonly string[],
): ReadonlySet<string> {
  const changed = [...new Set(reads.flatMap((read) => touched.get(read) ?? []))].toSorted()
  const [first] = changed
  if (first === undefined || affects === 'none') return new Set(changed)
  if (affects === 'later') return new Set(every.filter((day) => day >= first))
  return new Set(changed.flatMap((day) => every.filter((other) => other >= day && other <= addDays(day, affects))))
}
