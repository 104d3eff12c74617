import { loadTables } from '#adapters/sql-files/load-tables.ts'
import type { LakeRow } from '#domain/ports.ts'
import type { Planner } from '#lambdas/refresh-planner/planner.ts'
import { RememberedObjects } from './remembered-objects.ts'

/** The planner with everything outside in memory, at noon UTC of 2026-11-21. */
export function smallPlanner(answer: (sql: string) => readonly LakeRow[] = () => []) {
  const objects = new RememberedObjects()
  const running = new Set<string>()
  /** What was asked of the lake, and which statements were stopped, in one order. */
  const done: string[] = []
  const planner: Planner = {
    stage: 'local',
    tables: loadTables('sql'),
    schedules: ['market_close', 'hourly'],
    lake: {
      async query(sql) {
        done.push(sql)
        return answer(sql)
      },
    },
    statements: {
      async stopNaming(text) {
        done.push(`stop ${text}`)
        return 1
      },
    },
    objects,
    executions: { isRunning: async (execution) => running.has(execution) },
    lakeBucket: 'lodestream-local-lake-000000000000',
    scratchBucket: 'lodestream-local-scratch-000000000000',
    silverJob: 'lodestream-local-silver',
    now: () => Date.parse('2026-11-21T12:00:00Z'),
  }
  return { planner, objects, running, done }
}

/** The request of an execution that plans a day of a table. */
export const planOf = (execution: string, table = 'gold.ohlc_daily', date: string | undefined = '2026-11-20') => ({
  do: 'plan' as const,
  table,
  date,
  name: execution,
  execution: `arn:${execution}`,
})
