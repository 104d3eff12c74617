import type { Refresh } from './table-graph.ts'

/** Most characters of a run's name inside an execution's, which has at most 80: the rest is for table and day. */
const RUN_LENGTH = 36

/** What executions of one refresh are named after: the refresh's own name, cut where a service chose a long one. */
export const runOfRefresh = (name: string): string => name.slice(0, RUN_LENGTH)

/** The name of an execution that refreshes one table: `gold.ohlc_daily-2026-11-20-20261121T120301-3f2a`. */
export const executionName = ({ table, date }: Refresh, run: string): string => `${table}-${date ?? 'all'}-${run}`

/** The run inside an execution's name; a name of another kind, such as the console's UUID, is the run itself. */
export function runOf(name: string, { table, date }: { readonly table: string; readonly date?: string }): string {
  const prefix = `${table}-${date ?? 'all'}-`
  return name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : name
}

/**
 * What a run's candidate is named after: the run and the day, because one refresh has a run for all its days, and no two
 * candidates share a place.
 */
export const attemptOf = (run: string, date?: string): string =>
  (date === undefined ? run : `${date}-${run}`).replace(/[^\w-]/g, '_').slice(0, 64)
