import { setTimeout as pause } from 'node:timers/promises'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  paginateListQueryExecutions,
  type QueryExecution,
  QueryExecutionState,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import type { LakeStatements } from '#domain/ports.ts'

/** Between two looks at a statement that is being stopped, ms. */
const PAUSE = 200
/** Looked at at once. */
const AT_ONCE = 10
/** Athena lists the newest first; one that was begun a little later may stand behind, ms. */
const SLACK = 60_000

/** The statements of one workgroup. */
export class AthenaStatements implements LakeStatements {
  readonly #client: AthenaClient
  readonly #workgroup: string

  /** @param client @default one of the environment's region and credentials */
  constructor(workgroup: string, client: AthenaClient = new AthenaClient({})) {
    this.#client = client
    this.#workgroup = workgroup
  }

  async stopNaming(text: string, since: number): Promise<number> {
    let stopped = 0
    for await (const statements of this.#newestFirst()) {
      for (const { QueryExecutionId: id, Query: sql, Status: status } of statements) {
        if (id === undefined || !sql?.includes(text) || hasEnded(status?.State)) continue
        await this.#stop(id)
        stopped += 1
      }
      const newest = Math.max(...statements.map(({ Status }) => Status?.SubmissionDateTime?.getTime() ?? 0))
      if (newest < since - SLACK) break
    }
    return stopped
  }

  async *#newestFirst(): AsyncGenerator<readonly QueryExecution[]> {
    const pages = paginateListQueryExecutions({ client: this.#client }, { WorkGroup: this.#workgroup, MaxResults: 50 })
    for await (const { QueryExecutionIds: ids = [] } of pages) {
      const statements: QueryExecution[] = []
      for (let from = 0; from < ids.length; from += AT_ONCE) {
        statements.push(...(await Promise.all(ids.slice(from, from + AT_ONCE).map((id) => this.#look(id)))))
      }
      if (statements.length > 0) yield statements
    }
  }

  async #stop(id: string): Promise<void> {
    await this.#client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }))
    while (!hasEnded((await this.#look(id)).Status?.State)) await pause(PAUSE)
  }

  async #look(id: string): Promise<QueryExecution> {
    const { QueryExecution: statement } = await this.#client.send(
      new GetQueryExecutionCommand({ QueryExecutionId: id }),
    )
    if (statement === undefined) throw new Error(`Athena lists the statement ${id} and does not know it`)
    return statement
  }
}

const hasEnded = (state: QueryExecutionState | undefined): boolean =>
  state === QueryExecutionState.SUCCEEDED ||
  state === QueryExecutionState.FAILED ||
  state === QueryExecutionState.CANCELLED
