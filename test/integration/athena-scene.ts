import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  type StartQueryExecutionCommandInput,
} from '@aws-sdk/client-athena'
import { CreateDatabaseCommand, GlueClient } from '@aws-sdk/client-glue'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { aws, startAthena } from './athena-on-trino.ts'

/** Athena with an empty bucket `lake` and an empty database `lake`; results go to `s3://lake/results/`. */
export interface Scene {
  readonly home: string
  readonly athena: AthenaClient
  readonly s3: S3Client
  readonly glue: GlueClient
  /** Starts a query; answers its id. */
  start(sql: string, more?: Partial<StartQueryExecutionCommandInput>): Promise<string>
  /** Looks at a query until `is` holds of it, at most 60 s. */
  until(id: string, is: (execution: QueryExecution) => boolean): Promise<QueryExecution>
  /** Runs a query to its end, whatever that is. */
  end(sql: string, more?: Partial<StartQueryExecutionCommandInput>): Promise<QueryExecution>
  /** Runs a query that must succeed; its rows as text, without the header. */
  rows(sql: string, more?: Partial<StartQueryExecutionCommandInput>): Promise<(string | undefined)[][]>
  /** The reason of a query that must fail. */
  failure(sql: string, more?: Partial<StartQueryExecutionCommandInput>): Promise<string>
  stop(): Promise<void>
}

/** Starts what Athena needs: S3, Glue's catalogue, Trino, the bridge. */
export async function startScene(home: string): Promise<Scene> {
  const engines = await startAthena(home)
  const s3 = new S3Client({ ...aws, endpoint: engines.s3, forcePathStyle: true })
  const catalogue = new GlueClient({ ...aws, endpoint: engines.glue })
  const athena = new AthenaClient({ ...aws, endpoint: engines.athena, maxAttempts: 1 })
  await s3.send(new CreateBucketCommand({ Bucket: 'lake' }))
  await catalogue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'lake' } }))
  const scene: Scene = {
    home,
    athena,
    s3,
    glue: catalogue,
    async start(sql, more = {}) {
      const asked = { QueryString: sql, QueryExecutionContext: { Database: 'lake' } }
      const ResultConfiguration = { OutputLocation: 's3://lake/results/' }
      const answer = await athena.send(new StartQueryExecutionCommand({ ...asked, ResultConfiguration, ...more }))
      return String(answer.QueryExecutionId)
    },
    async until(id, is) {
      const deadline = performance.now() + 60_000
      for (;;) {
        const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }))
        if (QueryExecution && is(QueryExecution)) return QueryExecution
        if (performance.now() > deadline) throw new Error(`${id} stays ${JSON.stringify(QueryExecution?.Status)}`)
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
    },
    async end(sql, more) {
      return scene.until(await scene.start(sql, more), ({ Status }) => Status?.CompletionDateTime !== undefined)
    },
    async rows(sql, more) {
      const { QueryExecutionId, Status, StatementType } = await scene.end(sql, more)
      if (Status?.State !== 'SUCCEEDED') throw new Error(`${sql}: ${Status?.StateChangeReason}`)
      const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }))
      const rows = (ResultSet?.Rows ?? []).map(({ Data = [] }) => Data.map(({ VarCharValue }) => VarCharValue))
      return StatementType === 'DML' ? rows.slice(1) : rows
    },
    async failure(sql, more) {
      const { Status } = await scene.end(sql, more)
      if (Status?.State !== 'FAILED') throw new Error(`${sql} is ${Status?.State}`)
      return Status.StateChangeReason ?? ''
    },
    async stop() {
      for (const client of [s3, catalogue, athena]) client.destroy()
      await engines.stop()
    },
  }
  return scene
}
