import { z } from '@hono/zod-openapi'
import { OUTCOMES, type RunRecord, runRecordOf, selectFreshness, selectRuns } from '#domain/lake/run-records.ts'
import { dayBefore, isoOfLakeTime } from '#domain/lake/times.ts'
import type { LakeRow } from '#domain/ports.ts'
import { wholeNumber } from '../parameters.ts'
import { getRoute, newRoutes, type Service } from '../service.ts'
import { Instant, iso } from '../wire.ts'

/** Days of runs that freshness looks at: a table not refreshed within them is as good as never refreshed. */
const FRESHNESS_DAYS = 31

export const Day = z.iso.date().openapi({ example: '2026-11-20' })
export const ReadAt = Instant.openapi({ description: 'When the lake was asked: an answer serves for 30 s.' })

const RunJson = z
  .strictObject({
    run: z.string().openapi({ description: 'The run id: `lodestream runs <run>` shows its steps.' }),
    table: z.string(),
    date: Day.nullable().openapi({ description: 'The day that it refreshed; null where the table is rebuilt whole.' }),
    outcome: z.enum(OUTCOMES).openapi({
      description: 'unchanged: nothing differed, so nothing was published; failed: what was published before stands.',
    }),
    started_at: Instant.nullable(),
    finished_at: Instant.nullable(),
    inserted: z.int(),
    updated: z.int(),
    deleted: z.int(),
    source_rows: z
      .int()
      .nullable()
      .openapi({ description: 'Rows of bronze that it was made from, where that is known.' }),
    warnings: z
      .array(z.strictObject({ rule: z.string(), rows: z.int() }))
      .openapi({ description: 'Rules that some rows fail, and that only warn.' }),
    says: z.string().nullable().openapi({ description: 'What became of it, or why it failed, in one sentence.' }),
  })
  .openapi('Run')

const runs = getRoute({
  path: '/runs',
  operationId: 'listRuns',
  tag: 'Lake',
  summary: 'The newest refresh runs of each table, the newest first',
  description: 'From `ops.runs`, to which every run adds one record as it ends. At most 500 in one answer.',
  request: {
    query: z.strictObject({
      table: z
        .string()
        .regex(/^[a-z]+\.[a-z0-9_]{1,100}$/, 'has to be a table such as gold.ohlc_daily')
        .optional()
        .openapi({ description: 'Only of this table, such as gold.ohlc_daily.' }),
      limit: wholeNumber('At most so many runs of each table.', 1, 50, 5),
      days: wholeNumber('How many days back a run may have finished.', 1, 31, 7),
    }),
  },
  answer: z.strictObject({ runs: z.array(RunJson), read_at: ReadAt }).openapi('Runs'),
})

const freshness = getRoute({
  path: '/lake/freshness',
  operationId: 'getLakeFreshness',
  tag: 'Lake',
  summary: "Each table's newest day and its last good run",
  description: `One row a table that a run has refreshed within ${FRESHNESS_DAYS} days. A run is good if it published, or found nothing to change.`,
  request: { query: z.strictObject({}) },
  answer: z
    .strictObject({
      tables: z.array(
        z.strictObject({
          table: z.string(),
          newest_date: Day.nullable().openapi({
            description: 'The newest day that a good run refreshed; null where the table is rebuilt whole.',
          }),
          run: z.string().nullable().openapi({ description: 'The last good run; null where none was.' }),
          refreshed_at: Instant.nullable().openapi({ description: 'When it ended.' }),
          age_seconds: z.int().nullable().openapi({ description: 'How long ago that was.' }),
          failed_run: z
            .string()
            .nullable()
            .openapi({ description: 'The last run, if it failed after the last good one.' }),
        }),
      ),
      read_at: ReadAt,
    })
    .openapi('LakeFreshness'),
})

/** GET /runs and /lake/freshness. */
export function lakeRoutes({ lake, now, stage }: Service) {
  return newRoutes()
    .openapi(runs, async (c) => {
      const { table, limit, days } = c.req.valid('query')
      const asked = { since: dayBefore(now(), days), perTable: limit, ...(table === undefined ? {} : { table }) }
      const { rows, askedAt } = await lake('the refresh runs', selectRuns(stage, asked))
      return c.json({ runs: rows.map((row) => runJson(runRecordOf(row))), read_at: iso(askedAt) }, 200)
    })
    .openapi(freshness, async (c) => {
      const since = dayBefore(now(), FRESHNESS_DAYS)
      const { rows, askedAt } = await lake("the tables' freshness", selectFreshness(stage, since))
      return c.json({ tables: rows.map((row) => freshnessJson(row, now())), read_at: iso(askedAt) }, 200)
    })
}

const runJson = ({ execution: _, error, ...run }: RunRecord): z.infer<typeof RunJson> => ({
  run: run.run,
  table: run.table,
  date: run.date ?? null,
  outcome: run.outcome,
  started_at: run.started_at ?? null,
  finished_at: run.finished_at ?? null,
  inserted: run.inserted,
  updated: run.updated,
  deleted: run.deleted,
  source_rows: run.source_rows ?? null,
  warnings: run.warnings.map(({ rule, rows }) => ({ rule, rows })),
  says: run.says ?? error ?? null,
})

function freshnessJson({ table_name, newest_date, run, failed_run, ...times }: LakeRow, now: number) {
  const refreshed_at = isoOfLakeTime(times.refreshed_at)
  const failed_at = isoOfLakeTime(times.failed_at)
  const failedSince = failed_at !== undefined && (refreshed_at === undefined || failed_at > refreshed_at)
  return {
    table: table_name ?? '',
    newest_date: newest_date || null,
    run: run || null,
    refreshed_at: refreshed_at ?? null,
    age_seconds: refreshed_at === undefined ? null : Math.max(0, Math.round((now - Date.parse(refreshed_at)) / 1000)),
    failed_run: (failedSince && failed_run) || null,
  }
}
