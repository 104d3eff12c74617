import type { Cursor } from './cursor.ts'
import { literal, trinoName, whole } from './names.ts'
import type { Setting, Statement, Step, Table } from './statement.ts'

const utility = (subtype: string, steps: Statement['steps']): Statement => ({
  type: 'UTILITY',
  subtype,
  results: 'lines',
  takesParameters: false,
  steps,
})

/** Reads what Athena shows, from behind SHOW. */
export function readShow(cursor: Cursor): Statement {
  if (cursor.accept('databases') || cursor.accept('schemas')) return showDatabases(cursor)
  if (cursor.accept('tables')) return showTables(cursor, 'SHOW_TABLES', 'tab_name', '')
  if (cursor.accept('views')) return showTables(cursor, 'SHOW_VIEWS', 'views', "table_type = 'VIEW' AND ")
  if (cursor.accept('columns')) return showColumns(cursor)
  if (cursor.accept('partitions')) {
    return showOf(cursor, 'SHOW_PARTITIONS', async ({ catalogue }, table) =>
      tableOf(
        ['partition'],
        (await catalogue.partitionsOf(table)).map((partition) => [partition]),
      ),
    )
  }
  if (cursor.accept('tblproperties')) {
    return showOf(cursor, 'SHOW_TBLPROPERTIES', async ({ catalogue, ask }, table) => {
      // Those of an Iceberg table stand in its own metadata, not in Glue.
      if ((await catalogue.kindOf(table)) === 'iceberg') {
        const properties = trinoName('iceberg', { ...table, table: `${table.table}$properties` })
        return ask(`SELECT key AS prpt_name, value AS prpt_value FROM ${properties} ORDER BY 1`)
      }
      return tableOf(['prpt_name', 'prpt_value'], Object.entries(await catalogue.parametersOf(table)))
    })
  }
  for (const thing of ['table', 'view']) if (cursor.accept('create', thing)) return showCreate(cursor, thing)
  throw cursor.unexpected(
    "'COLUMNS', 'CREATE', 'DATABASES', 'PARTITIONS', 'SCHEMAS', 'TABLES', 'TBLPROPERTIES', 'VIEWS'",
  )
}

/** Reads DESCRIBE [EXTENDED | FORMATTED] table, from behind DESCRIBE: name, type and comment of each column. */
export function readDescribe(cursor: Cursor): Statement {
  if (!cursor.accept('extended')) cursor.accept('formatted')
  return showOf(cursor, 'DESCRIBE', ({ ask }, { database, table }) =>
    ask(
      'SELECT column_name AS col_name, data_type, comment FROM awsdatacatalog.information_schema.columns ' +
        `WHERE table_schema = ${literal(database)} AND table_name = ${literal(table)} ORDER BY ordinal_position`,
    ),
  )
}

function showDatabases(cursor: Cursor): Statement {
  const like = pattern(cursor, 'schema_name')
  return utility('SHOW_DATABASES', async () => [
    {
      sql:
        'SELECT schema_name AS database_name FROM awsdatacatalog.information_schema.schemata ' +
        `WHERE ${like}schema_name <> 'information_schema' ORDER BY 1`,
    },
  ])
}

function showTables(cursor: Cursor, subtype: string, column: string, condition: string): Statement {
  const named = cursor.accept('in') || cursor.accept('from') ? cursor.name() : undefined
  const like = pattern(cursor, 'table_name')
  return utility(subtype, async ({ database }) => [
    {
      sql:
        `SELECT table_name AS ${column} FROM awsdatacatalog.information_schema.tables ` +
        `WHERE ${condition}${like}table_schema = ${literal(named ?? database)} ORDER BY 1`,
    },
  ])
}

function showColumns(cursor: Cursor): Statement {
  if (!cursor.accept('in')) cursor.expect('from')
  const reference = cursor.table()
  const named = cursor.accept('in') || cursor.accept('from') ? cursor.name() : undefined
  cursor.expectEnd()
  return utility('SHOW_COLUMNS', async (setting) => {
    const { database, table } = whole(reference, named ?? setting.database)
    await setting.catalogue.requireTable({ database, table })
    return [
      {
        sql:
          'SELECT column_name AS field FROM awsdatacatalog.information_schema.columns ' +
          `WHERE table_schema = ${literal(database)} AND table_name = ${literal(table)} ORDER BY ordinal_position`,
      },
    ]
  })
}

function showCreate(cursor: Cursor, thing: string): Statement {
  const reference = cursor.table()
  cursor.expectEnd()
  return utility(`SHOW_CREATE_${thing.toUpperCase()}`, async ({ database, catalogue }): Promise<Step[]> => {
    const table = whole(reference, database)
    await catalogue.requireTable(table)
    return [{ sql: `SHOW CREATE ${thing} ${trinoName('awsdatacatalog', table)}` }]
  })
}

function showOf(
  cursor: Cursor,
  subtype: string,
  answer: (setting: Setting, table: Readonly<Record<'database' | 'table', string>>) => Promise<Table>,
): Statement {
  const reference = cursor.table()
  cursor.expectEnd()
  return utility(subtype, async (setting) => [
    {
      async act() {
        const table = whole(reference, setting.database)
        await setting.catalogue.requireTable(table)
        return await answer(setting, table)
      },
    },
  ])
}

const tableOf = (names: readonly string[], rows: Table['rows']): Table => ({
  columns: names.map((name) => ({ name, type: 'varchar' })),
  rows,
})

/** Reads a pattern as Hive's SHOW takes it, `*` for any text and `|` for a choice, as a condition that ends in AND. */
function pattern(cursor: Cursor, column: string): string {
  cursor.accept('like')
  const text = cursor.ended ? undefined : cursor.text()
  cursor.expectEnd()
  if (text === undefined) return ''
  const expression = text.replaceAll(/[.+?^${}()[\]\\]/g, '\\$&').replaceAll('*', '.*')
  return `regexp_like(${column}, ${literal(`^(${expression.toLowerCase()})$`)}) AND `
}
