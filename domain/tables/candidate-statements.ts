import { dateLiteral, textLiteral } from '../lake/literals.ts'
import { databaseOf, qualified } from '../lake/names.ts'
import { tokenise } from './sql-tokens.ts'
import { candidateTable, column, type RunScope } from './statement-parts.ts'
import type { Table } from './table.ts'
import { fillIn } from './table-references.ts'

/**
 * Makes the candidate from a table's select. Every column is cast to its declared type, so that what the select's
 * arithmetic leaves (`decimal(38,16)`, `timestamp(3)`) is never what is published.
 */
export function buildStatement(table: Table, select: string, scope: RunScope & { readonly location: string }): string {
  const { stage, date, location } = scope
  const filled = fillIn(tokenise(select), {
    table: (name) => qualified(stage, name),
    ...(date === undefined ? {} : { parameters: { day: dateLiteral(date) } }),
  })
  const columns = table.columns.map(({ name, type }) => `  CAST(${column(name)} AS ${type}) AS ${column(name)}`)
  return `CREATE TABLE ${candidateTable(scope)}
WITH (table_type = 'ICEBERG', is_external = false, format = 'PARQUET', location = ${textLiteral(location)})
AS SELECT
${columns.join(',\n')}
FROM (
${filled}
)`
}

/** Drops the candidate, data and all. DDL: Athena quotes its names with backticks. */
export const dropStatement = ({ stage, candidate }: RunScope): string =>
  `DROP TABLE IF EXISTS \`${databaseOf(stage, 'candidates')}\`.\`${candidate}\``
