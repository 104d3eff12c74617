import { z } from 'zod'
import type { LakeRow } from '../ports.ts'
import { dateLiteral, textLiteral } from './literals.ts'
import { databaseOf } from './names.ts'
import { isoOfLakeTime } from './times.ts'

/** What a statement of this folder is: SQL, and the literals for its `?`. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly string[]
}

export const OUTCOMES = ['published', 'unchanged', 'failed'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** One finished run of a table, as `ops.runs` keeps it. Times are ISO 8601. */
export interface RunRecord {
  readonly run: string
  readonly table: string
  /** Absent where the table is rebuilt whole. */
  readonly date?: string
  readonly outcome: Outcome
  readonly started_at?: string
  readonly finished_at?: string
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly source_rows?: number
  /** Rules of severity warn that some rows fail: the run published all the same. */
  readonly warnings: readonly { readonly rule: string; readonly rows: number }[]
  readonly error?: string
  /** What became of it, in one sentence. */
  readonly says?: string
  /** ARN of the execution. */
  readonly execution?: string
}

const COLUMNS = [
  'run',
  'table_name',
  'refreshed_date',
  'outcome',
  'started_at',
  'finished_at',
  'inserted',
  'updated',
  'deleted',
  'source_rows',
  'warnings',
  'error',
  'says',
  'execution',
].join(', ')

/** Which runs are asked for. */
export interface RunsAsked {
  /** The first day, `yyyy-mm-dd`, on which a run may have finished. */
  readonly since: string
  /** @default every table */
  readonly table?: string
  /** At most so many of each table, the newest. */
  readonly perTable: number
}

/** At most this many runs in one answer, whatever the number of tables. */
const MOST_RUNS = 500

/** Selects the newest runs of each table, the newest first. */
export function selectRuns(stage: string, { since, table, perTable }: RunsAsked): Statement {
  const named = table === undefined ? '' : '\n    and table_name = ?'
  return {
    sql: `with ranked as (
  select ${COLUMNS}, row_number() over (partition by table_name order by finished_at desc, run desc) as age
  from "${databaseOf(stage, 'ops')}"."runs"
  where run_date >= ${dateLiteral(since)}${named}
)
select ${COLUMNS}
from ranked
where age <= ${Math.trunc(perTable)}
order by finished_at desc, run desc
limit ${MOST_RUNS}`,
    parameters: table === undefined ? [] : [textLiteral(table)],
  }
}

/** Selects, of each table, the newest day that a run left good, and its last good and last failed run. */
export const selectFreshness = (stage: string, since: string): Statement => ({
  sql: `select
  table_name,
  max(refreshed_date) filter (where outcome <> 'failed') as newest_date,
  max_by(run, finished_at) filter (where outcome <> 'failed') as run,
  max(finished_at) filter (where outcome <> 'failed') as refreshed_at,
  max_by(run, finished_at) filter (where outcome = 'failed') as failed_run,
  max(finished_at) filter (where outcome = 'failed') as failed_at
from "${databaseOf(stage, 'ops')}"."runs"
where run_date >= ${dateLiteral(since)}
group by table_name
order by table_name
limit ${MOST_RUNS}`,
  parameters: [],
})

const Warnings = z.array(z.object({ rule: z.string(), rows: z.coerce.number() }))

/** A row of `selectRuns` as a record. @throws Error where the row is none: what wrote it and this do not fit. */
export function runRecordOf(row: LakeRow): RunRecord {
  const { run, table_name, outcome } = row
  const known = OUTCOMES.find((one) => one === outcome)
  if (!run || !table_name || known === undefined) {
    throw new Error(`ops.runs holds ${JSON.stringify(row)}, which has no run, table or known outcome`)
  }
  const source = row.source_rows
  return {
    run,
    table: table_name,
    ...present('date', row.refreshed_date),
    outcome: known,
    ...present('started_at', isoOfLakeTime(row.started_at)),
    ...present('finished_at', isoOfLakeTime(row.finished_at)),
    inserted: Number(row.inserted ?? 0),
    updated: Number(row.updated ?? 0),
    deleted: Number(row.deleted ?? 0),
    ...(source === undefined ? {} : { source_rows: Number(source) }),
    warnings: row.warnings ? Warnings.parse(JSON.parse(row.warnings)) : [],
    ...present('error', row.error),
    ...present('says', row.says),
    ...present('execution', row.execution),
  }
}

/** A member only where it has a value: the lake spells an absent text as null or as nothing. */
const present = <K extends string>(name: K, value: string | undefined): { readonly [N in K]?: string } =>
  (value ? { [name]: value } : {}) as { readonly [N in K]?: string }
