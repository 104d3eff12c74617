import type { z } from 'zod'
import { invalidRequest } from '../errors.ts'
import { Query } from '../run/query.ts'
import type { Runner } from '../run/runner.ts'
import { History } from './history.ts'
import { type Operation, type Request, requests } from './requests.ts'
import { orderOf } from './start.ts'
import { queryView, resultsView, runtimeView, workGroupSummary, workGroupView } from './views.ts'
import type { WorkGroups } from './workgroups.ts'

/** The buckets in which results can be kept. */
export interface Buckets {
  /** Whether there is such a bucket. */
  hasBucket(name: string): Promise<boolean>
}

type Operations = Readonly<Record<Operation, (body: unknown) => object | Promise<object>>>

/** Athena's API. */
export class Athena {
  readonly #runner: Runner
  readonly #workgroups: WorkGroups
  readonly #buckets: Buckets
  readonly #history = new History()

  constructor(runner: Runner, workgroups: WorkGroups, buckets: Buckets) {
    this.#runner = runner
    this.#workgroups = workgroups
    this.#buckets = buckets
  }

  /** Answers an operation by its name. Throws a ServiceError for what Athena refuses, a ZodError for a bad request. */
  async answer(name: string, body: unknown): Promise<object> {
    if (!isOperation(name)) throw invalidRequest(`The local Athena has no ${name}`)
    return await this.#operations[name](body)
  }

  readonly #operations: Operations = {
    StartQueryExecution: asks(requests.StartQueryExecution, async (request) => ({
      QueryExecutionId: (await this.#start(request)).order.id,
    })),
    GetQueryExecution: asks(requests.GetQueryExecution, ({ QueryExecutionId }) => ({
      QueryExecution: queryView(this.#history.get(QueryExecutionId)),
    })),
    BatchGetQueryExecution: asks(requests.BatchGetQueryExecution, ({ QueryExecutionIds }) => ({
      QueryExecutions: QueryExecutionIds.flatMap((id) => this.#history.find(id) ?? []).map(queryView),
      UnprocessedQueryExecutionIds: QueryExecutionIds.filter((id) => this.#history.find(id) === undefined).map(
        (id) => ({
          QueryExecutionId: id,
          ErrorCode: 'INVALID_QUERY_EXECUTION_ID',
          ErrorMessage: `QueryExecution ${id} was not found`,
        }),
      ),
    })),
    GetQueryResults: asks(requests.GetQueryResults, ({ QueryExecutionId, NextToken, MaxResults }) =>
      resultsView(this.#finished(QueryExecutionId), offsetOf(NextToken), MaxResults),
    ),
    GetQueryRuntimeStatistics: asks(requests.GetQueryRuntimeStatistics, ({ QueryExecutionId }) => ({
      QueryRuntimeStatistics: runtimeView(this.#finished(QueryExecutionId)),
    })),
    StopQueryExecution: asks(requests.StopQueryExecution, async ({ QueryExecutionId }) => {
      await this.#runner.stop(this.#history.get(QueryExecutionId), 'Query cancelled!')
      return {}
    }),
    ListQueryExecutions: asks(requests.ListQueryExecutions, ({ WorkGroup, MaxResults, NextToken }) => {
      const ids = this.#history.of(this.#workgroups.get(WorkGroup).name).map(({ order }) => order.id)
      const { items, next } = pageOf(ids, NextToken, MaxResults)
      return { QueryExecutionIds: items, ...next }
    }),
    CreateWorkGroup: asks(requests.CreateWorkGroup, (request) => {
      this.#workgroups.create(request)
      return {}
    }),
    GetWorkGroup: asks(requests.GetWorkGroup, ({ WorkGroup }) => ({
      WorkGroup: workGroupView(this.#workgroups.get(WorkGroup)),
    })),
    UpdateWorkGroup: asks(requests.UpdateWorkGroup, (request) => {
      this.#workgroups.update(request)
      return {}
    }),
    DeleteWorkGroup: asks(requests.DeleteWorkGroup, ({ WorkGroup, RecursiveDeleteOption }) => {
      const { name } = this.#workgroups.get(WorkGroup)
      if (!RecursiveDeleteOption && this.#history.of(name).length > 0) {
        throw invalidRequest(`WorkGroup ${name} is not empty. Set RecursiveDeleteOption to delete it nevertheless.`)
      }
      this.#workgroups.delete(name)
      this.#history.forget(name)
      return {}
    }),
    ListWorkGroups: asks(requests.ListWorkGroups, ({ MaxResults, NextToken }) => {
      const { items, next } = pageOf(this.#workgroups.all(), NextToken, MaxResults)
      return { WorkGroups: items.map(workGroupSummary), ...next }
    }),
  }

  async #start(request: Request<'StartQueryExecution'>): Promise<Query> {
    const earlier = this.#history.earlier(request)
    if (earlier) return earlier
    const query = new Query(orderOf(request, this.#workgroups.get(request.WorkGroup ?? 'primary')))
    // Known before anything is awaited: a second request with the same token must find it.
    this.#history.add(query, request)
    await this.#requireBucket(query)
    const reuse = request.ResultReuseConfiguration?.ResultReuseByAgeConfiguration
    const known = reuse?.Enabled ? this.#history.reusable(query, reuse.MaxAgeInMinutes) : undefined
    if (known) {
      query.result = known.result
      query.output = known.output
      query.isReused = true
      query.end('SUCCEEDED')
    } else void this.#runner.run(query)
    return query
  }

  async #requireBucket(query: Query): Promise<void> {
    const bucket = new URL(query.order.resultFolder).host
    if (await this.#buckets.hasBucket(bucket)) return
    query.end('FAILED', 'The results had nowhere to go')
    throw invalidRequest(`Unable to verify/create output bucket ${bucket}`)
  }

  #finished(id: string): Query {
    const query = this.#history.get(id)
    if (query.state === 'SUCCEEDED') return query
    throw invalidRequest(
      query.isEnded
        ? `Query did not finish successfully. Final query state: ${query.state}`
        : `Query has not yet finished. Current state: ${query.state}`,
    )
  }
}

/** An operation that checks what it is asked with. */
function asks<Schema extends z.ZodType>(
  schema: Schema,
  answer: (request: z.infer<Schema>) => object | Promise<object>,
) {
  return (body: unknown) => answer(schema.parse(body))
}

function isOperation(name: string): name is Operation {
  return Object.hasOwn(requests, name)
}

function pageOf<T>(items: readonly T[], token: string | undefined, most: number) {
  const from = offsetOf(token)
  const isLast = from + most >= items.length
  return { items: items.slice(from, from + most), next: isLast ? {} : { NextToken: `${from + most}` } }
}

function offsetOf(token = '0'): number {
  if (/^\d{1,9}$/.test(token)) return Number(token)
  throw invalidRequest('Invalid token')
}
