import type { DetailedStep } from '#adapters/stepfunctions/execution-history.ts'
import type { RecentRun } from '#adapters/stepfunctions/recent-runs.ts'
import type { TableRun } from '#adapters/stepfunctions/refresh-runs.ts'
import { counted, printable, secondsText, tableText } from '../table-text.ts'
import { inColour, rowsText } from './table-runs.ts'

/** One table's run with its steps. */
export interface SteppedRun {
  readonly table: TableRun
  readonly steps: readonly DetailedStep[]
}

/** The list for a person, a line a run. @param now ms */
export const recentText = (runs: readonly RecentRun[], now: number, colour: boolean): string =>
  tableText<RecentRun>(
    [
      { title: 'run', of: ({ run }) => run },
      { title: 'began (UTC)', of: ({ startedAt }) => new Date(startedAt).toISOString().slice(0, 19).replace('T', ' ') },
      { title: 'took', align: 'right', of: ({ startedAt, stoppedAt }) => secondsText((stoppedAt ?? now) - startedAt) },
      { title: 'what', of: whatText },
      {
        title: 'outcome',
        of: ({ outcome, status }) => outcome ?? status,
        paint: (text, { status, outcome }) =>
          inColour(text, outcome ?? (status === 'succeeded' ? 'published' : status), colour),
      },
      { title: '', of: ({ says }) => says ?? '' },
    ],
    runs,
  )

/** `gold.ohlc_daily 2026-11-20`, or `5 tables, 2026-11-19 to 2026-11-20`. */
export function whatText({ tables }: Pick<RecentRun, 'tables'>): string {
  const names = [...new Set(tables.map(({ table }) => table))]
  const days = [...new Set(tables.flatMap(({ date }) => date ?? []))].sort()
  const [first, last] = [days.at(0), days.at(-1)]
  const when = first === undefined ? '' : first === last ? first : `${first} to ${last}`
  const [only] = names
  if (only === undefined) return 'nothing yet'
  if (names.length === 1) return [only, when || 'whole'].join(' ')
  return [counted(names.length, 'table'), ...(when === '' ? [] : [when])].join(', ')
}

const SAID: ReadonlySet<TableRun['state']> = new Set(['published', 'unchanged'])

/** One table with every step: its seconds, the query or job that it ran, and the reason of the one that failed. */
export function steppedText({ table: run, steps }: SteppedRun, now: number, colour: boolean): string {
  const took = run.startedAt === undefined ? '' : `, ${secondsText((run.stoppedAt ?? now) - run.startedAt)}`
  const head = `${run.table} ${run.date ?? 'whole'}: ${inColour(run.state, run.state, colour)}${took}, ${rowsText(run)}`
  const lines = steps.map((step) => `  ${stepLine(step, run.stoppedAt ?? now)}`)
  const warnings = (run.warnings ?? []).map(({ rule, rows }) => `  warns: ${rule} (${counted(rows, 'row')})`)
  // Of a run that ended well the first line says the same.
  const says = run.says === undefined || SAID.has(run.state) ? [] : [`  ${printable(run.says)}`]
  return [head, ...lines, ...warnings, ...says].join('\n')
}

function stepLine({ state, enteredAt, exitedAt, started, error }: DetailedStep, end: number): string {
  const seconds = secondsText((exitedAt ?? end) - enteredAt).padStart(9)
  const id = started === undefined ? '' : `  ${started.kind} ${started.id}`
  return `${state.padEnd(22)}${seconds}${id}${error === undefined ? '' : `  ${error}`}`
}

/** The steps as JSON has them: times in ISO 8601, durations in seconds. @param end of a step that has not ended, ms */
export const stepsJson = (steps: readonly DetailedStep[], end: number) =>
  steps.map(({ state, enteredAt, exitedAt, started, error, cause }) => ({
    state,
    entered_at: new Date(enteredAt).toISOString(),
    seconds: ((exitedAt ?? end) - enteredAt) / 1000,
    query_id: started?.kind === 'query' ? started.id : null,
    job_run_id: started?.kind === 'job' ? started.id : null,
    error: error ?? null,
    cause: cause ?? null,
  }))
