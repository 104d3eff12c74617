import type { TableReference } from './cursor.ts'

/** The catalogues of Trino: `awsdatacatalog` answers for all tables, `iceberg` makes and maintains those of its own. */
export type Catalog = 'awsdatacatalog' | 'iceberg'

/** A name as Trino reads it, whatever stands in it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A text as Trino reads it. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A table with its database, which is the context's where the statement does not say. */
export const whole = ({ database, table }: TableReference, context: string): Required<TableReference> => ({
  database: database ?? context,
  table,
})

/** A table as Trino finds it. */
export function trinoName(catalog: Catalog, { database, table }: Required<TableReference>): string {
  return [catalog, database, table].map(quoted).join('.')
}

/** For messages: `database.table`. */
export const spoken = ({ database, table }: Required<TableReference>): string => `${database}.${table}`
