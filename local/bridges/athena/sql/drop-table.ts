import type { Cursor } from './cursor.ts'
import { trinoName, whole } from './names.ts'
import type { Statement } from './statement.ts'

/** Reads DROP TABLE [IF EXISTS] …, from behind TABLE. An Iceberg table's data goes with it; an external table's stays. */
export function readDropTable(cursor: Cursor): Statement {
  const ifExists = cursor.accept('if', 'exists')
  const reference = cursor.table()
  cursor.expectEnd()
  return {
    type: 'DDL',
    subtype: 'DROP_TABLE',
    results: 'lines',
    takesParameters: false,
    async steps({ database, catalogue }) {
      const table = whole(reference, database)
      const kind = await catalogue.kindOf(table)
      if (kind === undefined) {
        if (!ifExists) await catalogue.requireTable(table)
        return []
      }
      const catalog = kind === 'iceberg' ? 'iceberg' : 'awsdatacatalog'
      return [{ sql: `DROP TABLE IF EXISTS ${trinoName(catalog, table)}` }]
    },
  }
}
