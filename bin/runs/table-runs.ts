import type { TableRun, WholeRun } from '#adapters/stepfunctions/refresh-runs.ts'
import { counted, countText, secondsText, tableText } from '../table-text.ts'

/** How the words of a run are coloured. */
const COLOURS: Readonly<Record<TableRun['state'], number>> = {
  waiting: 2,
  running: 36,
  published: 32,
  unchanged: 2,
  failed: 31,
  skipped: 33,
  stopped: 33,
}

/** Text in a state's colour, where colour may be written. */
export const inColour = (text: string, state: TableRun['state'], colour: boolean): string =>
  colour ? `\u001b[${COLOURS[state]}m${text}\u001b[0m` : text

/** `20 inserted, 1 deleted`; a dash where nothing changed, or it is not known yet. */
export function rowsText({ inserted = 0, updated = 0, deleted = 0 }: TableRun): string {
  const parts = [
    inserted > 0 ? `${countText(inserted)} inserted` : '',
    updated > 0 ? `${countText(updated)} updated` : '',
    deleted > 0 ? `${countText(deleted)} deleted` : '',
  ].filter((part) => part !== '')
  return parts.join(', ') || '–'
}

/** A line a table: its state (while it is at work with its step), seconds, rows, and why it failed. @param now ms */
export const tableRunsText = (tables: readonly TableRun[], now: number, colour: boolean): string =>
  tableText<TableRun>(
    [
      { title: 'table', of: ({ table }) => table },
      { title: 'day', of: ({ date }) => date ?? 'whole' },
      { title: 'state', of: stateText, paint: (text, { state }) => inColour(text, state, colour) },
      { title: 'time', align: 'right', of: (run) => timeText(run, now) },
      { title: 'rows', of: rowsText },
      { title: '', of: noteOf },
    ],
    tables,
  )

const stateText = ({ state, step }: TableRun): string => (step === undefined ? state : `${state} ${step}`)

const timeText = ({ startedAt, stoppedAt }: TableRun, now: number): string =>
  startedAt === undefined ? '–' : secondsText((stoppedAt ?? now) - startedAt)

/** What a reader has to know beside the figures. */
function noteOf({ state, says }: TableRun): string {
  if (state === 'failed' || state === 'stopped') return says ?? ''
  return state === 'skipped' ? 'what it reads has failed' : ''
}

/** `3 published, 1 failed`: how many tables came to what, those first that matter most. */
export function summaryText(tables: readonly TableRun[]): string {
  const order = ['failed', 'stopped', 'skipped', 'running', 'waiting', 'published', 'unchanged'] as const
  const counts = order
    .map((state) => [state, tables.filter((run) => run.state === state).length] as const)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
  return counts.join(', ') || 'nothing to refresh'
}

/** A run as JSON has it: times in ISO 8601, durations in seconds. @param now ms */
export const wholeRunJson = ({ run, status, startedAt, stoppedAt, says, tables }: WholeRun, now: number) => ({
  run,
  status: status.toLowerCase(),
  started_at: new Date(startedAt).toISOString(),
  seconds: ((stoppedAt ?? now) - startedAt) / 1000,
  says: says ?? null,
  tables: tables.map((table) => tableRunJson(table, now)),
})

/** One table's run as JSON has it. @param now ms */
export const tableRunJson = (run: TableRun, now: number) => ({
  table: run.table,
  date: run.date ?? null,
  state: run.state,
  step: run.step ?? null,
  seconds: run.startedAt === undefined ? null : ((run.stoppedAt ?? now) - run.startedAt) / 1000,
  inserted: run.inserted ?? null,
  updated: run.updated ?? null,
  deleted: run.deleted ?? null,
  says: run.says ?? null,
  execution: run.execution ?? null,
})

/** `Run 2026… of 5 tables: 4 published, 1 failed, in 23.1 s`. @param now ms */
export function headline({ run, tables, startedAt, stoppedAt }: WholeRun, now: number): string {
  const names = new Set(tables.map(({ table }) => table))
  const about = tables.length === 0 ? '' : ` of ${counted(names.size, 'table')}`
  return `Run ${run}${about}: ${summaryText(tables)}, in ${secondsText((stoppedAt ?? now) - startedAt)}`
}
