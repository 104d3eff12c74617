import { events } from '#domain/events/events.ts'
import { lands } from '#domain/events/silver-columns.ts'
import { countDay } from '#domain/lake/bronze-days.ts'
import { Refusal } from '#domain/refusal.ts'
import { addDays, checkedDate } from '#domain/tables/calendar-date.ts'
import { attemptOf, runOf } from '#domain/tables/execution-name.ts'
import { planRefresh } from '#domain/tables/plan-refresh.ts'
import type { RefreshPlan, Table } from '#domain/tables/table.ts'
import { acquire } from './lease.ts'
import type { Planner } from './planner.ts'
import type { Of } from './requests.ts'

/** A run's statements, and how many rows of bronze there were when it began. */
export interface PlannedTable extends RefreshPlan {
  /** Null where the table is not built from bronze. */
  readonly source_rows: number | null
}

/**
 * Takes the table for the asking execution and writes its run's statements. Safe to repeat.
 * @throws Refusal where the input names no such table or day; LeaseHeld where another run is at work on it
 */
export async function planTable(request: Of<'plan'>, planner: Planner): Promise<PlannedTable> {
  const table = tableOf(request.table, planner)
  const { date, name, execution } = request
  refuseFuture(date, planner)
  const day = date === undefined ? {} : { date }
  const run = runOf(name, { table: table.name, ...day })
  const plan = planRefresh(table, { ...planner, ...day, run: attemptOf(run, date) })
  await acquire(
    table.name,
    { execution, run, candidate: plan.candidate, acquired_at: new Date(planner.now()).toISOString() },
    planner,
  )
  // Counted once the table is ours and before the build: what lands from now on shows as a difference later.
  return { ...plan, run, source_rows: await sourceRows(table, date, planner) }
}

/** @throws Refusal where no table is named, or none that runs refresh */
export function tableOf(name: string | undefined, { tables }: Pick<Planner, 'tables'>): Table {
  const table = tables.find((one) => one.name === name)
  if (table !== undefined) return table
  const known = tables.map((one) => one.name).join(', ')
  throw new Refusal(
    name === undefined ? `Say which table to refresh: ${known}.` : `There is no table ${name} to refresh: ${known}.`,
  )
}

/** A trading day begins at 17:00 in New York, and so may be tomorrow's. @throws Refusal for a day after that */
export function refuseFuture(date: string | undefined, { now }: Pick<Planner, 'now'>): void {
  if (date === undefined) return
  const newest = addDays(new Date(now()).toISOString().slice(0, 10), 1)
  if (checkedDate(date) > newest) throw new Refusal(`${date} has not begun: the newest day that can have is ${newest}.`)
}

async function sourceRows(
  { build }: Table,
  date: string | undefined,
  { stage, lake }: Planner,
): Promise<number | null> {
  const event = build.kind === 'glue' && events.filter(lands).find(({ name }) => name === build.event)
  if (!event || date === undefined) return null
  const [row] = await lake.query(countDay(stage, event, date))
  return Number(row?.rows ?? 0)
}
