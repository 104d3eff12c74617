import { events } from '#domain/events/events.ts'
import { type LandedEvent, lands } from '#domain/events/silver-columns.ts'
import { arrivedDays, countDays } from '#domain/lake/bronze-days.ts'
import { lastRuns } from '#domain/lake/last-runs.ts'
import { addDays } from '#domain/tables/calendar-date.ts'
import type { Table, TableName } from '#domain/tables/table.ts'
import { type DaysByTable, knownDays, refreshesOf } from '#domain/tables/table-graph.ts'
import type { Planner } from './planner.ts'

/** Days of tables that have to be refreshed, and those of silver for which there is bronze: what a change can reach. */
export interface Changed {
  readonly changed: DaysByTable
  readonly days: DaysByTable
}

/** Counted rows of bronze: of which silver table, of which day. */
interface Count {
  readonly table: TableName
  readonly date: string
  readonly rows: number
}

/** What is known of a table's day, or of a whole table, whose date is ''. Times are ISO 8601. */
interface LastRun {
  readonly table: string
  readonly date: string
  /** Rows of bronze that the last good run was made from. */
  readonly sourceRows?: number
  /** When the last good run began. */
  readonly began?: string
  /** When the last run that changed something ended. */
  readonly published?: string
}

/**
 * Finds what has changed: days of silver of which rows arrived since a day, and of which there are more or fewer than
 * the last good run was made from; and days of other tables that are older than what they read, because the run that
 * should have followed failed.
 * @param since the first day of arrival to look at
 */
export async function findChanged(tables: readonly Table[], since: string, planner: Planner): Promise<Changed> {
  const landed = landedIn(tables)
  const { lake, stage } = planner
  if (landed.size === 0) return { changed: new Map(), days: new Map() }
  const arrived = await lake.query(arrivedDays(stage, [...landed.values()], since))
  const recent = new Set(arrived.map(({ event_type, of_day }) => `${event_type} ${of_day}`))
  const first = arrived.map(({ of_day }) => of_day ?? '').toSorted()[0]
  if (first === undefined) return { changed: new Map(), days: new Map() }
  const counts = await countFrom(first, landed, planner)
  const runs = await lastRunsFrom(first, planner)
  const changed = new Map<TableName, readonly string[]>()
  for (const [table, event] of landed) {
    const days = counts
      .filter((count) => count.table === table && recent.has(`${event.name} ${count.date}`))
      .filter(({ date, rows }) => runs.find((run) => run.table === table && run.date === date)?.sourceRows !== rows)
    if (days.length > 0) changed.set(table, days.map(({ date }) => date).toSorted())
  }
  const days = daysOf(counts)
  for (const [table, behind] of daysBehind(tables, runs, days)) changed.set(table, behind)
  return { changed, days }
}

/**
 * The named days of each silver table that there is something to do for: those of which there is bronze, and those
 * whose last good run read some, which must have gone since. Any other day is empty, and was.
 */
export async function findNamed(
  tables: readonly Table[],
  dates: readonly string[],
  planner: Planner,
): Promise<Changed> {
  const landed = landedIn(tables)
  const first = dates.toSorted()[0]
  if (landed.size === 0 || first === undefined) return { changed: new Map(), days: new Map() }
  const counts = await countFrom(first, landed, planner)
  const runs = (await lastRunsFrom(first, planner)).filter(({ sourceRows = 0 }) => sourceRows > 0)
  const changed = new Map<TableName, readonly string[]>()
  for (const table of landed.keys()) {
    const held = new Set([...counts, ...runs].filter((one) => one.table === table).map(({ date }) => date))
    const days = dates.filter((date) => held.has(date))
    if (days.length > 0) changed.set(table, days)
  }
  return { changed, days: daysOf(counts) }
}

const daysOf = (counts: readonly Count[]): DaysByTable =>
  new Map([...Map.groupBy(counts, ({ table }) => table)].map(([table, held]) => [table, held.map(({ date }) => date)]))

/** The silver tables among these, with the events that they are built from. */
function landedIn(tables: readonly Table[]): ReadonlyMap<TableName, LandedEvent> {
  const byName = new Map(events.filter(lands).map((event) => [event.name, event]))
  return new Map(
    tables.flatMap(({ name, build }): [TableName, LandedEvent][] => {
      const event = build.kind === 'glue' ? byName.get(build.event) : undefined
      return event === undefined ? [] : [[name, event]]
    }),
  )
}

async function countFrom(
  first: string,
  landed: ReadonlyMap<TableName, LandedEvent>,
  { lake, stage }: Planner,
): Promise<readonly Count[]> {
  const tableOf = new Map([...landed].map(([table, { name }]) => [name, table]))
  const rows = await lake.query(countDays(stage, [...landed.values()], first))
  return rows.flatMap(({ event_type, of_day, rows: count }): Count[] => {
    const table = tableOf.get(event_type ?? '')
    return table === undefined || of_day === undefined ? [] : [{ table, date: of_day, rows: Number(count) }]
  })
}

/** A run of a day cannot have been before that day, but for clocks. */
async function lastRunsFrom(first: string, { lake, stage }: Planner): Promise<readonly LastRun[]> {
  const rows = await lake.query(lastRuns(stage, addDays(first, -1)))
  return rows.map(({ table_name, refreshed_date, source_rows, began_at, published_at }) => ({
    table: table_name ?? '',
    date: refreshed_date ?? '',
    ...(source_rows !== undefined && { sourceRows: Number(source_rows) }),
    ...(began_at !== undefined && { began: began_at }),
    ...(published_at !== undefined && { published: published_at }),
  }))
}

/** Days of tables whose last good run began before something that they read was published, or that had none since. */
function daysBehind(tables: readonly Table[], runs: readonly LastRun[], days: DaysByTable): DaysByTable {
  const known = knownDays(tables, days)
  const newest = (table: TableName): string => known.get(table)?.at(-1) ?? ''
  const behind = new Map<TableName, readonly string[]>()
  for (const table of tables.filter(({ build }) => build.kind === 'athena')) {
    const late = new Set<string>()
    for (const upstream of tables.filter(({ name }) => table.reads.includes(name))) {
      for (const { date, published } of runs.filter((run) => run.table === upstream.name)) {
        if (published === undefined) continue
        const reached = refreshesOf(
          [upstream, table],
          new Map([[upstream.name, [date || newest(upstream.name)]]]),
          known,
        )
        for (const refresh of reached.flat()) {
          if (refresh.table !== table.name) continue
          const last = runs.find((run) => run.table === table.name && run.date === (refresh.date ?? ''))
          if (last?.began === undefined || last.began < published) late.add(refresh.date ?? newest(table.name))
        }
      }
    }
    late.delete('')
    if (late.size > 0) behind.set(table.name, [...late].toSorted())
  }
  return behind
}
