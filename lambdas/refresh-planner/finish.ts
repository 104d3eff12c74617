import { prefixes } from '#domain/lake/names.ts'
import type { RunRecord } from '#domain/lake/run-records.ts'
import { runOf } from '#domain/tables/execution-name.ts'
import { release } from './lease.ts'
import type { Planner } from './planner.ts'
import type { Of } from './requests.ts'
import { failureOf, saysOf } from './says.ts'

/** Writes a run's record and gives its table free. Safe to repeat: it writes the same object. @returns the record */
export async function finish(request: Of<'finish'>, planner: Planner): Promise<RunRecord> {
  const record = recordOf(request, planner.now())
  const day = record.finished_at?.slice(0, 10)
  await planner.objects.put(
    `${prefixes.runs}run_date=${day}/${request.name}.json`,
    `${JSON.stringify(rowOf(record))}\n`,
  )
  const table = planner.tables.find(({ name }) => name === request.table)
  if (table !== undefined) await release(table.name, request.execution, planner)
  return record
}

function recordOf(request: Of<'finish'>, now: number): RunRecord {
  const { table = 'no table', date, name, outcome, checks } = request
  const day = date === undefined ? {} : { date }
  const broken = (severity: string) =>
    checks.filter((check) => check.severity === severity).map(({ rule, rows }) => ({ rule, rows }))
  const changed = (rule: string) => broken('change').find((change) => change.rule === rule)?.rows ?? 0
  const failed = outcome === 'failed'
  const blocking = failed ? broken('block') : []
  const failure = blocking.length > 0 ? { error: 'CheckFailed', reason: '' } : failureOf(request.error, request.cause)
  const facts = {
    table,
    ...day,
    outcome,
    inserted: failed ? 0 : changed('inserted'),
    updated: failed ? 0 : changed('updated'),
    deleted: failed ? 0 : changed('deleted'),
    warnings: broken('warn'),
  }
  return {
    run: runOf(name, { table, ...day }),
    ...facts,
    started_at: request.started_at,
    finished_at: new Date(now).toISOString(),
    ...(request.source_rows !== undefined && { source_rows: request.source_rows }),
    ...(failed && { error: failure.error }),
    says: saysOf(facts, blocking, failure),
    execution: request.execution,
  }
}

/** The record as a row of `ops.runs`, whose warnings are text. */
const rowOf = ({ table, date, warnings, ...rest }: RunRecord) => ({
  ...rest,
  table_name: table,
  ...(date !== undefined && { refreshed_date: date }),
  warnings: JSON.stringify(warnings),
})
