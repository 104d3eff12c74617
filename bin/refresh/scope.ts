import { Refusal } from '#domain/refusal.ts'
import { isDate } from '#domain/tables/calendar-date.ts'
import { tradeDateOf } from '#domain/tables/market-day.ts'
import type { Table, TableName } from '#domain/tables/table.ts'
import { tablesOn } from '#domain/tables/table-graph.ts'

/** What a person asks to be refreshed. */
export interface Asked {
  /** @default the days for which something new has landed */
  readonly date?: readonly string[]
  /** @default all, or those of the schedule */
  readonly tables?: readonly string[]
  readonly schedule?: string
}

/** The input of the state machine. */
export interface RefreshInput {
  readonly dates?: readonly string[]
  readonly tables?: readonly TableName[]
  readonly schedule?: string
}

/** The newest day that can have rows: of UTC's and of the market's, whose day begins at 17:00 in New York. */
export const newestDay = (now: number): string =>
  [new Date(now).toISOString().slice(0, 10), tradeDateOf(now)].toSorted().at(-1) ?? ''

/**
 * Checks what was asked for, against the tables that there are (in an order in which each stands behind all that it
 * reads).
 * @param now wall clock, ms
 * @returns the tables that it is about, in that order, and the machine's input
 * @throws Refusal for a day that the calendar does not have or that is not yet, and an unknown table or schedule
 */
export function scopeOf(
  { date, tables: named, schedule }: Asked,
  all: readonly Table[],
  now: number,
): { readonly tables: readonly Table[]; readonly input: RefreshInput } {
  const newest = newestDay(now)
  for (const day of date ?? []) {
    if (!isDate(day)) throw new Refusal(`${day} is no day of the calendar: write it as yyyy-mm-dd, such as ${newest}.`)
    if (day > newest)
      throw new Refusal(`${day} is yet to come, so nothing can have landed: the newest day is ${newest}.`)
  }
  const unknown = named?.find((name) => all.every((table) => table.name !== name))
  if (unknown !== undefined) {
    throw new Refusal(
      `There is no table ${unknown} that is refreshed: there are ${all.map(({ name }) => name).join(', ')}.`,
    )
  }
  const schedules = [...new Set(all.map((table) => table.schedule))]
  if (schedule !== undefined && !schedules.includes(schedule)) {
    throw new Refusal(`No table is on a schedule ${schedule}: there are ${schedules.join(', ')}.`)
  }
  const onSchedule = schedule === undefined ? all : tablesOn(schedule, all)
  const tables = onSchedule.filter(({ name }) => named === undefined || named.includes(name))
  if (tables.length === 0) {
    throw new Refusal(`None of ${named?.join(', ')} is on the schedule ${schedule}: leave one of the two out.`)
  }
  return {
    tables,
    input: {
      ...(date !== undefined && { dates: [...date].sort() }),
      ...(named !== undefined && { tables: tables.map(({ name }) => name) }),
      ...(schedule !== undefined && { schedule }),
    },
  }
}
