import type { Statement } from '../sql/statement.ts'
import type { ResultColumn } from './values.ts'

export type QueryState = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'

/** What a query answered; values as their text, null as undefined. */
export interface QueryResult {
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly (readonly (string | undefined)[])[]
  readonly updateCount?: number
}

/** What StartQueryExecution settled of a query. */
export interface QueryOrder {
  readonly id: string
  readonly sql: string
  readonly statement: Statement
  readonly parameters: readonly string[]
  readonly catalog: string
  readonly database: string
  readonly workgroup: string
  /** `s3://…/` */
  readonly resultFolder: string
  readonly isLocationEnforced: boolean
  /** The query is stopped once it has read more. @default no limit */
  readonly mostBytes?: number
}

/** One query execution, from its start to its end. */
export class Query {
  readonly order: QueryOrder
  readonly submittedAt = Date.now()
  state: QueryState = 'QUEUED'
  reason: string | undefined
  /** Whether the statement rather than the service is to blame for a failure. */
  isUserError = false
  startedAt: number | undefined
  completedAt: number | undefined
  bytesScanned = 0
  result: QueryResult = { columns: [], rows: [] }
  /** Where the result stands, `s3://…`. */
  output: string
  isReused = false
  /** Why it is to stop; undefined while nobody wants that. */
  stopReason: string | undefined
  /** Address of the engine's next page, by which its query is cancelled. */
  nextUri: string | undefined

  constructor(order: QueryOrder) {
    this.order = order
    this.output = `${order.resultFolder}${order.id}${suffixOf(order.statement)}`
  }

  get isEnded(): boolean {
    return this.completedAt !== undefined
  }

  end(state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED', reason?: string): void {
    this.state = state
    this.reason = reason
    this.completedAt = Date.now()
    this.nextUri = undefined
  }
}

function suffixOf({ results }: Statement): string {
  return { rows: '.csv', count: '', lines: '.txt' }[results]
}
