import { type AthenaClient, type Datum, GetQueryResultsCommand } from '@aws-sdk/client-athena'
import type { LakeRow } from '#domain/ports.ts'

/** All rows of a statement that succeeded, page by page. A null has no value, an empty text has one: ''. */
export async function readResults(client: AthenaClient, id: string): Promise<readonly LakeRow[]> {
  const rows: LakeRow[] = []
  let token: string | undefined
  do {
    const page = await client.send(
      new GetQueryResultsCommand({ QueryExecutionId: id, ...(token !== undefined && { NextToken: token }) }),
    )
    const columns = (page.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name }) => Name ?? '')
    const cells = (page.ResultSet?.Rows ?? []).map(({ Data }) => Data ?? [])
    const header = token === undefined && isHeader(cells[0], columns)
    for (const row of header ? cells.slice(1) : cells) rows.push(rowOf(columns, row))
    token = page.NextToken
  } while (token !== undefined)
  return rows
}

/** A select's first row repeats the columns' names; SHOW and DESCRIBE have no such row. */
const isHeader = (cells: readonly Datum[] | undefined, columns: readonly string[]): boolean =>
  cells !== undefined && cells.length === columns.length && cells.every((cell, n) => cell.VarCharValue === columns[n])

const rowOf = (columns: readonly string[], cells: readonly Datum[]): LakeRow =>
  Object.fromEntries(columns.map((column, n) => [column, cells[n]?.VarCharValue]))
