import { isWord } from '#domain/tables/sql-tokens.ts'
import { invalidRequest, QueryFailure } from '../errors.ts'
import type { Cursor } from './cursor.ts'
import { spoken, whole } from './names.ts'
import type { Statement } from './statement.ts'

/** A query, run as it is written. */
export function readQuery(cursor: Cursor, sql: string): Statement {
  refuseForeignCatalogs(cursor)
  if (cursor.isNext('with', 'function')) throw invalidRequest('Queries of this type are not supported: WITH FUNCTION')
  return {
    type: 'DML',
    subtype: 'SELECT',
    results: 'rows',
    takesParameters: true,
    steps: async () => [{ sql, parametrised: true }],
  }
}

/** EXPLAIN [ANALYZE] of a query, run as it is written. */
export function readExplain(cursor: Cursor, sql: string): Statement {
  refuseForeignCatalogs(cursor)
  return {
    type: 'UTILITY',
    subtype: 'EXPLAIN',
    results: 'lines',
    takesParameters: false,
    steps: async () => [{ sql }],
  }
}

/** INSERT INTO table …, run as it is written. */
export function readInsert(cursor: Cursor, sql: string): Statement {
  refuseForeignCatalogs(cursor)
  cursor.expect('insert', 'into')
  cursor.table()
  return {
    type: 'DML',
    subtype: 'INSERT',
    results: 'count',
    takesParameters: true,
    steps: async () => [{ sql, parametrised: true }],
  }
}

const openings = { MERGE: ['merge', 'into'], UPDATE: ['update'], DELETE: ['delete', 'from'] } as const

/** MERGE, UPDATE or DELETE, run as it is written, on an Iceberg table. */
export function readChange(cursor: Cursor, sql: string, verb: keyof typeof openings): Statement {
  refuseForeignCatalogs(cursor)
  cursor.expect(...openings[verb])
  const reference = cursor.table()
  return {
    type: 'DML',
    subtype: verb,
    results: 'count',
    takesParameters: false,
    async steps({ database, catalogue }) {
      const table = whole(reference, database)
      const kind = await catalogue.kindOf(table)
      // Of a table that is not there, the engine tells where in the statement it stands.
      if (kind === 'hive' || kind === 'view') {
        throw new QueryFailure(
          `NOT_SUPPORTED: ${verb} is supported only for Iceberg tables, and ${spoken(table)} is none`,
        )
      }
      return [{ sql }]
    },
  }
}

/** Catalogues that this engine has and Athena has not. */
const foreign = ['iceberg', 'system', 'jmx', 'memory', 'tpch']
const beforeTables = ['from', 'join', 'into', 'update', 'table', 'using', ',']

/** Throws where a table is named by a catalogue that only this engine has: `system.runtime.queries`. */
function refuseForeignCatalogs(cursor: Cursor): void {
  const all = cursor.with('double quotes')
  while (!all.ended) {
    const token = all.take()
    if (!beforeTables.some((word) => isWord(token, word))) continue
    const named = all.peek()?.text.replaceAll('"', '').toLowerCase() ?? ''
    const isWhole = isWord(all.peek(1), '.') && isWord(all.peek(3), '.')
    if (isWhole && foreign.includes(named)) {
      throw invalidRequest(`CATALOG_NOT_FOUND: line ${token.line}: Catalog '${named}' does not exist`)
    }
  }
}
