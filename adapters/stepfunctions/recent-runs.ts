import type { SFNClient } from '@aws-sdk/client-sfn'
import { runOfRefresh } from '#domain/tables/execution-name.ts'
import { type ListedExecution, listedExecutions } from './execution-history.ts'
import { StepFunctionsExecutions } from './executions.ts'
import { RefreshRuns, type TableRun } from './refresh-runs.ts'

/** One line of the list: a run of several tables, or of one that was begun by itself. Times are ms. */
export interface RecentRun {
  /** What `lodestream runs` takes. */
  readonly run: string
  readonly status: 'running' | 'succeeded' | 'failed' | 'stopped'
  readonly startedAt: number
  readonly stoppedAt?: number
  /** The tables' executions that it began; of a run of one table, that one with its outcome. */
  readonly tables: readonly Pick<TableRun, 'table' | 'date'>[]
  readonly outcome?: TableRun['state']
  /** Why it failed, in a sentence. */
  readonly says?: string
}

/** At most this many executions of one table are looked at: a run of several begins dozens. */
const MOST_TABLES = 1_000

/** `gold.ohlc_daily-2026-11-20-<run>`: how the planner names a table's execution; `all` where it is rebuilt whole. */
const NAME = /^([a-z]+\.[a-z0-9_]+)-(\d{4}-\d\d-\d\d|all)-(.+)$/

/** Which table, day and run an execution is of, from its name. @returns undefined where somebody else named it */
export function parseExecutionName(name: string): { table: string; date?: string; run: string } | undefined {
  const [, table, date, run] = NAME.exec(name) ?? []
  if (table === undefined || run === undefined) return undefined
  return { table, run, ...(date === undefined || date === 'all' ? {} : { date }) }
}

/**
 * The newest runs of both machines, the newest first.
 * @param machines ARNs @param wanted at most so many, and of those only which failed if `failed`
 */
export async function recentRuns(
  client: SFNClient,
  machines: { readonly refresh: string; readonly tableRefresh: string },
  { most, failed }: { readonly most: number; readonly failed: boolean },
): Promise<readonly RecentRun[]> {
  const wholes = await take(listedExecutions(client, machines.refresh), failed ? MOST_TABLES : most)
  const tables = await take(listedExecutions(client, machines.tableRefresh), MOST_TABLES)
  const byRun = Map.groupBy(tables, ({ name }) => parseExecutionName(name)?.run ?? name)
  const names = new Set(wholes.map(({ name }) => runOfRefresh(name)))
  const alone = tables.filter(({ name }) => !names.has(parseExecutionName(name)?.run ?? name))
  const runs = new RefreshRuns(client, machines.tableRefresh)
  const executions = new StepFunctionsExecutions(client)
  const chosen = [...wholes, ...alone]
    .filter(({ status }) => !failed || statusOf(status) === 'failed')
    .sort((a, b) => b.startedAt - a.startedAt)
    .slice(0, most)
  return Promise.all(
    chosen.map(async (listed): Promise<RecentRun> => {
      const base = {
        run: listed.name,
        status: statusOf(listed.status),
        startedAt: listed.startedAt,
        ...(listed.stoppedAt !== undefined && { stoppedAt: listed.stoppedAt }),
      }
      if (!wholes.includes(listed)) {
        const { state, says, table, date } = await runs.table(listed)
        const of = { table, ...(date !== undefined && { date }) }
        return { ...base, tables: [of], outcome: state, ...(state === 'failed' && says ? { says } : {}) }
      }
      const begun = (byRun.get(runOfRefresh(listed.name)) ?? []).flatMap(({ name }) => parseExecutionName(name) ?? [])
      const { cause } = base.status === 'succeeded' ? {} : await executions.describe(listed.arn)
      return { ...base, tables: begun, ...(cause !== undefined && { says: cause }) }
    }),
  )
}

function statusOf(status: string): RecentRun['status'] {
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return 'running'
  if (status === 'SUCCEEDED') return 'succeeded'
  return status === 'ABORTED' ? 'stopped' : 'failed'
}

/** Executions of one table that belong to a run, or have that name. */
export async function tablesOfRun(
  client: SFNClient,
  tableMachine: string,
  run: string,
): Promise<readonly ListedExecution[]> {
  const found: ListedExecution[] = []
  for (const listed of await take(listedExecutions(client, tableMachine), 10 * MOST_TABLES)) {
    if (listed.name === run || parseExecutionName(listed.name)?.run === runOfRefresh(run)) found.push(listed)
  }
  return found.reverse()
}

async function take<T>(items: AsyncIterable<T>, most: number): Promise<readonly T[]> {
  const taken: T[] = []
  if (most === 0) return taken
  for await (const item of items) {
    taken.push(item)
    if (taken.length >= most) break
  }
  return taken
}
