import { databaseOf } from '../lake/names.ts'
import { Refusal } from '../refusal.ts'
import { ddlType } from './column-types.ts'
import {
  type Change,
  type DdlColumn,
  LAKE,
  locationOf,
  readChange,
  statementsOf,
  UnreadStatement,
} from './migration-statements.ts'
import { type Token, tokenise } from './sql-tokens.ts'
import type { Layer, Table, TableName } from './table.ts'
import { fillIn } from './table-references.ts'

/** A file of `sql/migrations`: Athena's DDL over tables by their layer, `${lake}` standing for the lake's bucket. */
export interface Migration {
  /** The file's name without its ending: `0001_first_tables`. */
  readonly id: string
  readonly sql: string
}

/** A published table as the migrations have left it. */
export interface MigratedTable {
  readonly columns: readonly DdlColumn[]
  readonly partitionedBy: readonly string[]
}

/**
 * The tables that migrations leave behind, run in their order.
 * @throws Refusal that names the migration and line of what cannot be read, or could not run
 */
export function replay(migrations: readonly Migration[]): ReadonlyMap<TableName, MigratedTable> {
  const tables = new Map<TableName, MigratedTable>()
  for (const { id, sql } of migrations) {
    for (const statement of statementsOf(tokenise(sql))) {
      const at = `${id}.sql:${statement[0]?.line ?? 1}`
      const change = readAt(id, statement)
      tables.set(change.table, applied(change, tables.get(change.table), at))
    }
  }
  return tables
}

function readAt(id: string, statement: readonly Token[]): Change {
  try {
    return readChange(statement)
  } catch (error) {
    if (error instanceof UnreadStatement) throw new Refusal(`${id}.sql:${error.line}: ${error.message}.`)
    throw error
  }
}

function applied(change: Change, table: MigratedTable | undefined, at: string): MigratedTable {
  const { table: name } = change
  if (change.kind === 'create') {
    if (table !== undefined) throw new Refusal(`${at}: ${name} is created twice.`)
    return { columns: change.columns, partitionedBy: change.partitionedBy }
  }
  if (table === undefined) throw new Refusal(`${at}: ${name} is altered before any migration creates it.`)
  const has = (column: string) => table.columns.some((existing) => existing.name === column)
  if (change.kind === 'add') {
    const twice = change.columns.find((column) => has(column.name))
    if (twice !== undefined) throw new Refusal(`${at}: ${name} already has the column ${twice.name}.`)
    return { ...table, columns: [...table.columns, ...change.columns] }
  }
  if (!has(change.column)) throw new Refusal(`${at}: ${name} has no column ${change.column}.`)
  const columns = table.columns.flatMap((column) =>
    column.name !== change.column ? [column] : change.kind === 'change' ? [change.to] : [],
  )
  return { ...table, columns }
}

/**
 * The statements that bring published tables to what is declared, each complete and without its semicolon: a CREATE
 * TABLE where there is none, an ALTER TABLE … ADD COLUMNS where columns are new. Tables no longer declared stay.
 * @throws Refusal where a column was removed or retyped, or the day is another: only people know what becomes of its data
 */
export function missing(tables: readonly Table[], migrations: readonly Migration[]): readonly string[] {
  const migrated = replay(migrations)
  return tables.flatMap((table) => {
    const existing = migrated.get(table.name)
    if (existing === undefined) return [createStatement(table)]
    checkUnchanged(table, existing)
    const known = new Set(existing.columns.map(({ name }) => name))
    const added = ddlColumns(table).filter(({ name }) => !known.has(name))
    return added.length === 0 ? [] : [`ALTER TABLE ${table.name} ADD COLUMNS (\n${columnLines(added)}\n)`]
  })
}

function checkUnchanged(table: Table, existing: MigratedTable): void {
  const declared = new Map(ddlColumns(table).map(({ name, type }) => [name, type]))
  const byHand = 'write the migration by hand'
  for (const { name, type } of existing.columns) {
    const now = declared.get(name)
    if (now === undefined) {
      throw new Refusal(`${table.name} no longer has the column ${name}, which its migrations made: ${byHand}.`)
    }
    if (now !== type) {
      throw new Refusal(`${table.name}.${name} is now ${now}, and its migrations made it ${type}: ${byHand}.`)
    }
  }
  const [day] = existing.partitionedBy
  if (day !== table.day) {
    const says = (column: string | undefined) => column ?? 'nothing'
    throw new Refusal(
      `${table.name} is now partitioned by ${says(table.day)}, and its migrations made it by ${says(day)}: ${byHand}.`,
    )
  }
}

const createStatement = (table: Table): string => `CREATE TABLE IF NOT EXISTS ${table.name} (
${columnLines(ddlColumns(table))}
)${table.day === undefined ? '' : `\nPARTITIONED BY (\`${table.day}\`)`}
LOCATION ${locationOf(table.name)}
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd')`

const columnLines = (columns: readonly DdlColumn[]): string =>
  columns.map(({ name, type }) => `  \`${name}\` ${type}`).join(',\n')

const ddlColumns = ({ name: table, columns }: Table): readonly DdlColumn[] =>
  columns.map(({ name, type }) => {
    const ddl = ddlType(type)
    if (ddl === undefined) throw new Error(`${table}.${name} has the type ${type}, which Athena's DDL has not`)
    return { name, type: ddl }
  })

/** The statements of one migration as a stage's Athena runs them, one by one and in order. */
export const render = (
  { sql }: Migration,
  { stage, lakeBucket }: { readonly stage: string; readonly lakeBucket: string },
): readonly string[] =>
  statementsOf(tokenise(sql)).map((statement) =>
    fillIn(
      statement.map((token) =>
        token.kind === 'string' ? { ...token, text: token.text.replaceAll(LAKE, `s3://${lakeBucket}`) } : token,
      ),
      {
        table: (table) => {
          const [layer, name] = table.split('.') as [Layer, string]
          return `\`${databaseOf(stage, layer)}\`.\`${name}\``
        },
      },
    ),
  )
