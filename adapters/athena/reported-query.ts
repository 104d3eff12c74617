import {
  AthenaClient,
  GetQueryResultsCommand,
  InvalidRequestException,
  type QueryExecution,
} from '@aws-sdk/client-athena'
import { type AwsConnection, clientSettings } from '#adapters/aws/connection.ts'
import { LakeError } from '#domain/lake/lake-error.ts'
import type { LakeRow } from '#domain/ports.ts'
import { AthenaLake } from './athena-lake.ts'

/** The answer of one statement with what a person at a command line wants to know of it. */
export interface ReportedAnswer {
  readonly id: string
  /** In their order, there also where no row is. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly LakeRow[]
  readonly scannedBytes: number
  /** From its submission to its end, ms. */
  readonly elapsed: number
}

/** A client for somebody at a command line. */
export const athenaClient = (connection: AwsConnection): AthenaClient => new AthenaClient(clientSettings(connection))

/**
 * Runs one statement, and says what it read and how long it took.
 * @throws LakeError as `AthenaLake` does, and where there is no such workgroup
 */
export async function reportedQuery(
  client: AthenaClient,
  { workgroup, signal }: { readonly workgroup: string; readonly signal?: AbortSignal },
  sql: string,
): Promise<ReportedAnswer> {
  let statement: QueryExecution = {}
  const lake = new AthenaLake({
    client,
    workgroup,
    ...(signal && { signal }),
    succeeded: (done) => {
      statement = done
    },
  })
  const rows = await lake.query(sql)
  const id = statement.QueryExecutionId ?? ''
  return {
    id,
    columns: await columnsOf(client, id),
    rows,
    scannedBytes: statement.Statistics?.DataScannedInBytes ?? 0,
    elapsed: statement.Statistics?.TotalExecutionTimeInMillis ?? 0,
  }
}

async function columnsOf(client: AthenaClient, id: string): Promise<ReportedAnswer['columns']> {
  try {
    const page = await client.send(new GetQueryResultsCommand({ QueryExecutionId: id, MaxResults: 1 }))
    const info = page.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []
    return info.map(({ Name, Type }) => ({ name: Name ?? '', type: Type ?? '' }))
  } catch (error) {
    if (error instanceof InvalidRequestException) throw new LakeError(error.message, id)
    throw error
  }
}
