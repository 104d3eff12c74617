import { setTimeout as pause } from 'node:timers/promises'
import { cancel, errorOf, nextPage, submit, TrinoError, type TrinoPage } from '#local/engines/trino/client.ts'
import { QueryFailure } from '../errors.ts'
import { literal } from '../sql/names.ts'
import type { Setting, Step, Table } from '../sql/statement.ts'
import type { Catalogue } from './catalogue.ts'
import type { Query } from './query.ts'
import { resultOf, writeResult } from './results.ts'
import type { Storage } from './storage.ts'

/** What queries run on. */
export interface Engines {
  /** Address of Trino, `http://host:port`. */
  readonly trino: string
  readonly catalogue: Catalogue
  readonly storage: Storage
}

/** Athena's time-out of a query, ms. */
const longestQuery = 30 * 60_000
/** Between two looks at an engine that is away, ms. */
const awayPause = 200

/** What the engine answered to one statement. */
interface Answer extends Table {
  readonly updateCount?: number
}

/** Runs queries to their end; while the engine is away or starting, they are QUEUED. */
export class Runner {
  readonly #engines: Engines

  constructor(engines: Engines) {
    this.#engines = engines
  }

  /** Runs a query and settles it. Never throws: what went wrong is the query's reason. */
  async run(query: Query): Promise<void> {
    try {
      query.result = resultOf(query.order.statement, await this.#steps(query))
      await writeResult(this.#engines.storage, query)
      query.end('SUCCEEDED')
    } catch (error) {
      query.isUserError = isUserError(error)
      if (query.stopReason !== undefined) query.end('CANCELLED', query.stopReason)
      else query.end('FAILED', error instanceof Error ? error.message : String(error))
      if (!(error instanceof TrinoError || error instanceof QueryFailure)) console.error(query.order.id, error)
    }
  }

  /** Stops a query that has not ended, in the engine too. */
  async stop(query: Query, reason: string): Promise<void> {
    if (query.isEnded || query.stopReason !== undefined) return
    query.stopReason = reason
    if (query.nextUri !== undefined) await cancel(query.nextUri)
  }

  async #steps(query: Query): Promise<Answer> {
    const { order } = query
    const { catalogue, storage } = this.#engines
    const setting: Setting = {
      queryId: order.id,
      database: order.database,
      resultFolder: order.resultFolder,
      isLocationEnforced: order.isLocationEnforced,
      catalogue,
      storage,
      ask: (sql) => this.#engine(query, { sql }),
    }
    const steps = await order.statement.steps(setting)
    let answer: Answer = { columns: [], rows: [] }
    try {
      for (const step of steps) if (!isCleanup(step)) answer = await this.#step(query, step)
      return answer
    } finally {
      for (const step of steps) if (isCleanup(step)) await cleanUp(this.#engines.trino, step.sql, order.id)
    }
  }

  async #step(query: Query, step: Step): Promise<Answer> {
    if (query.stopReason !== undefined) throw new QueryFailure(query.stopReason)
    if (!('act' in step)) return this.#engine(query, step)
    query.state = 'RUNNING'
    query.startedAt ??= Date.now()
    return (await step.act()) ?? { columns: [], rows: [] }
  }

  /** Runs one statement in the engine; submits it again while the engine is away, and never once it has begun. */
  async #engine(query: Query, step: Exclude<Step, { act: unknown }>): Promise<Answer> {
    const { id, database, parameters } = query.order
    const sql =
      step.parametrised && parameters.length > 0
        ? `EXECUTE IMMEDIATE ${literal(step.sql)} USING ${parameters.join(', ')}`
        : step.sql
    const statement = {
      sql,
      catalog: 'awsdatacatalog',
      schema: database,
      source: id,
      ...(step.session === undefined ? {} : { session: step.session }),
    }
    for (;;) {
      if (query.stopReason !== undefined) throw new QueryFailure(query.stopReason)
      if (Date.now() - query.submittedAt > longestQuery) throw new QueryFailure('Query timeout')
      try {
        return await this.#follow(query, await submit(this.#engines.trino, statement))
      } catch (error) {
        if (!(error instanceof TrinoError) || error.started) throw error
        query.state = 'QUEUED'
        await pause(awayPause)
      }
    }
  }

  async #follow(query: Query, first: TrinoPage): Promise<Answer> {
    const rows: (readonly unknown[])[] = []
    let columns: Answer['columns'] = []
    let updateCount: number | undefined
    const before = query.bytesScanned
    for (let page = first; ; page = await nextPage(page.nextUri)) {
      query.nextUri = page.nextUri
      query.bytesScanned = Math.max(query.bytesScanned, before + page.stats.physicalInputBytes)
      if (page.error) throw errorOf(page.error)
      if (page.stats.state !== 'QUEUED' && query.state === 'QUEUED') {
        query.state = 'RUNNING'
        query.startedAt ??= Date.now()
      }
      columns = page.columns ?? columns
      updateCount = page.updateCount ?? updateCount
      for (const row of page.data ?? []) rows.push(row)
      await this.#watch(query)
      if (page.nextUri === undefined) return { columns, rows, ...(updateCount === undefined ? {} : { updateCount }) }
    }
  }

  /** Ends a query in the engine that was stopped before it had begun there, reads too much, or takes too long. */
  async #watch(query: Query): Promise<void> {
    const { mostBytes = Number.POSITIVE_INFINITY } = query.order
    if (query.bytesScanned > mostBytes) await this.stop(query, 'Query cancelled! : Bytes scanned limit was exceeded')
    const isLate = Date.now() - query.submittedAt > longestQuery
    if (query.stopReason === undefined && !isLate) return
    if (query.nextUri !== undefined) await cancel(query.nextUri)
    throw new QueryFailure(query.stopReason ?? 'Query timeout')
  }
}

function isCleanup(step: Step): step is Exclude<Step, { act: unknown }> {
  return 'always' in step && step.always === true
}

/** Runs a statement that cleans up, and waits for its end; its own failure is only told. */
async function cleanUp(trino: string, sql: string, source: string): Promise<void> {
  try {
    let page = await submit(trino, { sql, source })
    while (page.nextUri !== undefined) page = await nextPage(page.nextUri)
    if (page.error) throw errorOf(page.error)
  } catch (error) {
    console.error(`${source}: ${sql} failed:`, error)
  }
}

function isUserError(error: unknown): boolean {
  return (error instanceof TrinoError || error instanceof QueryFailure) && error.isUserError
}
