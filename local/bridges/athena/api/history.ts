import { isDeepStrictEqual } from 'node:util'
import { invalidRequest } from '../errors.ts'
import type { Query } from '../run/query.ts'
import type { Request } from './requests.ts'

/** How many queries are remembered, and how many rows of theirs, which stay in memory. Athena keeps them 45 days. */
const mostQueries = 1_000
const mostRows = 1_000_000

interface Entry {
  readonly query: Query
  readonly request: Request<'StartQueryExecution'>
}

/** The queries of this process, newest last. */
export class History {
  readonly #queries = new Map<string, Entry>()
  readonly #tokens = new Map<string, string>()

  /**
   * The query that the same request started before. Throws an InvalidRequestException where its token was used for
   * another request.
   */
  earlier(request: Request<'StartQueryExecution'>): Query | undefined {
    const id = request.ClientRequestToken && this.#tokens.get(request.ClientRequestToken)
    const entry = id === undefined ? undefined : this.#queries.get(id)
    if (entry === undefined) return undefined
    if (isDeepStrictEqual(entry.request, request)) return entry.query
    throw invalidRequest('Idempotent parameters do not match')
  }

  add(query: Query, request: Request<'StartQueryExecution'>): void {
    this.#queries.set(query.order.id, { query, request })
    if (request.ClientRequestToken !== undefined) this.#tokens.set(request.ClientRequestToken, query.order.id)
    let rows = 0
    for (const entry of this.#queries.values()) rows += entry.query.result.rows.length
    for (const [id, { query: old, request: asked }] of this.#queries) {
      if (this.#queries.size <= mostQueries && rows <= mostRows) return
      if (!old.isEnded) continue
      rows -= old.result.rows.length
      this.#queries.delete(id)
      if (asked.ClientRequestToken !== undefined) this.#tokens.delete(asked.ClientRequestToken)
    }
  }

  find(id: string): Query | undefined {
    return this.#queries.get(id)?.query
  }

  get(id: string): Query {
    const query = this.find(id)
    if (!query) throw invalidRequest(`QueryExecution ${id} was not found`)
    return query
  }

  /** The queries of a workgroup, newest first. */
  of(workgroup: string): Query[] {
    return [...this.#queries.values()]
      .map(({ query }) => query)
      .filter(({ order }) => order.workgroup === workgroup)
      .reverse()
  }

  /** Forgets what ran in a workgroup. */
  forget(workgroup: string): void {
    for (const { order } of this.of(workgroup)) this.#queries.delete(order.id)
  }

  /**
   * A query whose result may answer `query`, too: a select with the same text, parameters, workgroup, catalogue and
   * database that succeeded at most `minutes` ago.
   */
  reusable({ order }: Query, minutes: number): Query | undefined {
    if (order.statement.subtype !== 'SELECT') return undefined
    const oldest = Date.now() - minutes * 60_000
    return this.of(order.workgroup).find(
      (other) =>
        other.state === 'SUCCEEDED' &&
        !other.isReused &&
        (other.completedAt ?? 0) >= oldest &&
        other.order.sql === order.sql &&
        other.order.catalog === order.catalog &&
        other.order.database === order.database &&
        isDeepStrictEqual(other.order.parameters, order.parameters),
    )
  }
}
