import { Refusal } from '#domain/refusal.ts'
import { addDays, checkedDate } from '#domain/tables/calendar-date.ts'
import { executionName, runOfRefresh } from '#domain/tables/execution-name.ts'
import type { Table, TableName } from '#domain/tables/table.ts'
import { type Refresh, refreshesOf, tablesOn } from '#domain/tables/table-graph.ts'
import { type Changed, findChanged, findNamed } from './changed-days.ts'
import { refuseFuture, tableOf } from './plan-table.ts'
import type { Planner } from './planner.ts'
import type { Of } from './requests.ts'

/** One execution of a table's refresh. */
export interface PlannedRun {
  readonly name: string
  /** For people: 'gold.ohlc_daily of 2026-11-20'. */
  readonly what: string
  readonly input: { readonly table: TableName; readonly date?: string }
  /** Names of earlier ones that it builds upon: where one of them fails, this one is skipped. */
  readonly needs: readonly string[]
}

/** Tables side by side, each one's days one after the other. */
export interface Wave {
  readonly tables: readonly { readonly table: TableName; readonly runs: readonly PlannedRun[] }[]
}

export interface PlannedWaves {
  readonly run: string
  readonly waves: readonly Wave[]
}

/** More would not fit into what Step Functions carries from state to state. */
const MOST = 400

/** Days of arrival that a refresh looks at by itself: today and the day before. */
const RECENT_DAYS = 1

/**
 * Plans a refresh: of the named days, or of whatever something new has landed for.
 * @throws Refusal where a schedule, table or day is none, or there is too much for one refresh
 */
export async function planMany(request: Of<'plan_many'>, planner: Planner): Promise<PlannedWaves> {
  const { schedule, tables: named, dates, since } = request
  const run = runOfRefresh(request.run)
  const tables = schedule === undefined ? planner.tables : scheduled(schedule, planner)
  const chosen = named?.map((name) => tableOf(name, { tables }))
  for (const date of dates ?? []) refuseFuture(date, planner)
  if (since !== undefined) checkedDate(since)
  const refreshes =
    dates === undefined
      ? await ofChanged(tables, chosen, since, planner)
      : chosen === undefined
        ? await ofDates(tables, dates, planner)
        : refreshesOf(chosen, new Map(chosen.map(({ name }) => [name, dates])), new Map())
  const count = refreshes.flat().length
  if (count > MOST) {
    throw new Refusal(`${count} refreshes are too many at once, at most ${MOST}: name fewer days, or tables.`)
  }
  return { run, waves: wavesFor(refreshes, tables, run) }
}

function scheduled(schedule: string, { tables, schedules }: Planner): readonly Table[] {
  if (schedules.includes(schedule)) return tablesOn(schedule, tables)
  throw new Refusal(`There is no schedule ${schedule}: sql/schedules.yml has ${schedules.join(', ')}.`)
}

async function ofChanged(
  tables: readonly Table[],
  chosen: readonly Table[] | undefined,
  since: string | undefined,
  planner: Planner,
): Promise<readonly (readonly Refresh[])[]> {
  const today = new Date(planner.now()).toISOString().slice(0, 10)
  const { changed, days }: Changed = await findChanged(tables, since ?? addDays(today, -RECENT_DAYS), planner)
  const waves = refreshesOf(tables, changed, days)
  if (chosen === undefined) return waves
  const names = new Set(chosen.map(({ name }) => name))
  return waves.map((wave) => wave.filter(({ table }) => names.has(table))).filter((wave) => wave.length > 0)
}

/** The named days of silver for which there is or was something in bronze, and whatever follows from them. */
async function ofDates(
  tables: readonly Table[],
  dates: readonly string[],
  planner: Planner,
): Promise<readonly (readonly Refresh[])[]> {
  const { changed, days } = await findNamed(tables, dates, planner)
  return refreshesOf(tables, changed, days)
}

function wavesFor(refreshes: readonly (readonly Refresh[])[], tables: readonly Table[], run: string): readonly Wave[] {
  const byName = new Map(tables.map((table) => [table.name, table]))
  const all = refreshes.flat()
  const needsOf = ({ table, date }: Refresh): readonly string[] => {
    const { reads = [], affects = 'none' } = byName.get(table) ?? {}
    return all
      .filter((other) => reads.includes(other.table))
      .filter(({ date: read }) => date === undefined || read === undefined || read === date || reaches(read, date))
      .map((other) => executionName(other, run))
    function reaches(read: string, day: string): boolean {
      if (affects === 'none') return false
      return read < day && (affects === 'later' || addDays(read, affects) >= day)
    }
  }
  return refreshes.map((wave) => ({
    tables: [...Map.groupBy(wave, ({ table }) => table)].map(([table, days]) => ({
      table,
      runs: days.map((refresh) => ({
        name: executionName(refresh, run),
        what: refresh.date === undefined ? table : `${table} of ${refresh.date}`,
        input: refresh,
        needs: needsOf(refresh),
      })),
    })),
  }))
}
