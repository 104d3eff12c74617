import type { Statement, Table } from '../sql/statement.ts'
import type { Query, QueryResult } from './query.ts'
import type { Storage } from './storage.ts'
import { columnInfo, textOfValue } from './values.ts'

/** What a statement answers, from what the engine answered to its last step. */
export function resultOf({ results }: Statement, answer: Table & { readonly updateCount?: number }): QueryResult {
  const { columns, updateCount } = answer
  if (results === 'count') {
    return { columns: [{ name: 'rows', type: 'bigint' }], rows: [], updateCount: updateCount ?? 0 }
  }
  const texts = answer.rows.map((row) => columns.map(({ type }, index) => textOfValue(type, row[index])))
  if (results === 'rows') return { columns, rows: texts }
  // What the engine says to DDL is its own affair.
  if (columns.length === 1 && columns[0]?.name === 'result') return { columns: [], rows: [] }
  const isText = columns.length === 1
  return { columns, rows: isText ? texts.flatMap(([text]) => (text ?? '').split('\n').map((line) => [line])) : texts }
}

/** The rows of GetQueryResults: those of a query open with their header. */
export function rowsOf({ order, result }: Query): QueryResult['rows'] {
  return order.statement.results === 'rows' ? [result.columns.map(({ name }) => name), ...result.rows] : result.rows
}

/** Writes the result and, beside it, its metadata to the query's output location. */
export async function writeResult(storage: Storage, query: Query): Promise<void> {
  const { results } = query.order.statement
  const rows = rowsOf(query)
  if (results === 'rows') await storage.put(query.output, lines(rows, csvCell, ','))
  if (results === 'lines')
    await storage.put(
      query.output,
      lines(rows, (text) => text ?? '', '\t'),
    )
  const metadata = { QueryExecutionId: query.order.id, ColumnInfo: query.result.columns.map(columnInfo) }
  await storage.put(`${query.output}.metadata`, JSON.stringify(metadata))
}

type Cell = (text: string | undefined) => string

function lines(rows: QueryResult['rows'], cell: Cell, separator: string): string {
  return rows.map((row) => `${row.map(cell).join(separator)}\n`).join('')
}

/** Every value is quoted, so that an empty text differs from null, which is nothing at all. */
const csvCell: Cell = (text) => (text === undefined ? '' : `"${text.replaceAll('"', '""')}"`)
