import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  InvalidRequestException,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { LakeError } from '#domain/lake/lake-error.ts'
import type { Lake, LakeRow } from '#domain/ports.ts'
import { readResults } from './read-results.ts'

export interface AthenaLakeSettings {
  /** @default a client of the environment's region and credentials */
  readonly client?: AthenaClient
  /** Where statements run: it says where results go and how much may be read. */
  readonly workgroup: string
  /** Where an unqualified table is looked for. @default Athena's `default` */
  readonly database?: string
  /** Take the answer of the same select, at most this many minutes old (1 to 10,080). @default every one runs */
  readonly reuseMinutes?: number
  /** How long one statement may take, ms; then it is stopped. @default as long as Athena lets it, 30 minutes */
  readonly patience?: number
  /** Aborted, it stops the statements under way, and no other begins. @default none */
  readonly signal?: AbortSignal
  /** Told of each statement that succeeded, with its id and statistics. @default nobody */
  readonly succeeded?: (statement: QueryExecution) => void
}

/** Between two looks at a statement, ms: the first comes soon, because a small select takes half a second. */
const FIRST_PAUSE = 60
const LONGEST_PAUSE = 1_000
const PAUSE_GROWTH = 1.4

/** The lake, asked through Athena. */
export class AthenaLake implements Lake {
  readonly #client: AthenaClient
  readonly #settings: AthenaLakeSettings

  constructor(settings: AthenaLakeSettings) {
    this.#client = settings.client ?? new AthenaClient({})
    this.#settings = settings
  }

  async query(sql: string, parameters: readonly string[] = []): Promise<readonly LakeRow[]> {
    const { patience = Number.POSITIVE_INFINITY, signal } = this.#settings
    signal?.throwIfAborted()
    const started = performance.now()
    const id = await this.#start(sql, parameters)
    for (let wait = FIRST_PAUSE; ; wait = Math.min(wait * PAUSE_GROWTH, LONGEST_PAUSE)) {
      const statement = await this.#look(id)
      const status = statement?.Status
      switch (status?.State) {
        case 'SUCCEEDED':
          this.#settings.succeeded?.(statement ?? {})
          return await readResults(this.#client, id)
        case 'FAILED':
          throw new LakeError(status.StateChangeReason ?? 'Athena gives no reason', id)
        case 'CANCELLED':
          throw new LakeError(status.StateChangeReason ?? 'The statement was stopped', id)
        default:
      }
      if (signal?.aborted) throw await this.#stopped(id, 'The statement was stopped')
      if (performance.now() - started > patience) {
        throw await this.#stopped(id, `The statement took longer than ${patience / 1000} s, and was stopped`)
      }
      await this.#pause(wait)
    }
  }

  async #start(sql: string, parameters: readonly string[]): Promise<string> {
    const { workgroup, database, reuseMinutes } = this.#settings
    try {
      const { QueryExecutionId: id } = await this.#client.send(
        new StartQueryExecutionCommand({
          QueryString: sql,
          WorkGroup: workgroup,
          // The client sends a request again whose answer was lost: with the same token, nothing runs twice.
          ClientRequestToken: randomUUID(),
          ...(parameters.length > 0 && { ExecutionParameters: [...parameters] }),
          ...(database !== undefined && { QueryExecutionContext: { Database: database } }),
          ...(reuseMinutes !== undefined && {
            ResultReuseConfiguration: {
              ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: reuseMinutes },
            },
          }),
        }),
      )
      if (id === undefined) throw new Error('Athena started a statement without naming it')
      return id
    } catch (error) {
      if (error instanceof InvalidRequestException) throw new LakeError(error.message)
      throw error
    }
  }

  async #look(id: string): Promise<QueryExecution | undefined> {
    return (await this.#client.send(new GetQueryExecutionCommand({ QueryExecutionId: id }))).QueryExecution
  }

  async #stopped(id: string, why: string): Promise<LakeError> {
    await this.#client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }))
    return new LakeError(why, id)
  }

  /** Ends early where the signal is given: what follows is to stop the statement, so that the abort is no error here. */
  async #pause(ms: number): Promise<void> {
    const { signal } = this.#settings
    if (signal === undefined) return await pause(ms)
    await pause(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
  }
}
