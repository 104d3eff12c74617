import type { Cursor } from './cursor.ts'
import { literal, quoted, trinoName, whole } from './names.ts'
import { tableProperties } from './properties.ts'
import type { Statement } from './statement.ts'

const ddl = { type: 'DDL', results: 'lines', takesParameters: false } as const

/** Reads CREATE DATABASE [IF NOT EXISTS] name …, from behind DATABASE or SCHEMA. */
export function readCreateDatabase(cursor: Cursor): Statement {
  const ifNotExists = cursor.accept('if', 'not', 'exists') ? 'IF NOT EXISTS ' : ''
  const name = cursor.name()
  if (cursor.accept('comment')) cursor.text()
  const location = cursor.accept('location') ? cursor.text() : undefined
  if (cursor.accept('with', 'dbproperties')) tableProperties(cursor.group())
  cursor.expectEnd()
  const place = location === undefined ? '' : ` WITH (location = ${literal(location)})`
  const sql = `CREATE SCHEMA ${ifNotExists}awsdatacatalog.${quoted(name)}${place}`
  return { ...ddl, subtype: 'CREATE_DATABASE', steps: async () => [{ sql }] }
}

/** Reads DROP DATABASE [IF EXISTS] name [RESTRICT | CASCADE], from behind DATABASE or SCHEMA. */
export function readDropDatabase(cursor: Cursor): Statement {
  const ifExists = cursor.accept('if', 'exists') ? 'IF EXISTS ' : ''
  const name = cursor.name()
  const how = cursor.accept('cascade') ? ' CASCADE' : ''
  cursor.accept('restrict')
  cursor.expectEnd()
  const sql = `DROP SCHEMA ${ifExists}awsdatacatalog.${quoted(name)}${how}`
  return { ...ddl, subtype: 'DROP_DATABASE', steps: async () => [{ sql }] }
}

/** Reads CREATE [OR REPLACE] VIEW name AS select, from behind VIEW. */
export function readCreateView(cursor: Cursor, isReplacing: boolean): Statement {
  const reference = cursor.table()
  cursor.expect('as')
  const select = cursor.rest()
  return {
    ...ddl,
    subtype: 'CREATE_VIEW',
    async steps({ database }) {
      const name = trinoName('awsdatacatalog', whole(reference, database))
      return [{ sql: `CREATE ${isReplacing ? 'OR REPLACE ' : ''}VIEW ${name} AS ${select}` }]
    },
  }
}

/** Reads DROP VIEW [IF EXISTS] name, from behind VIEW. */
export function readDropView(cursor: Cursor): Statement {
  const ifExists = cursor.accept('if', 'exists') ? 'IF EXISTS ' : ''
  const reference = cursor.table()
  cursor.expectEnd()
  return {
    ...ddl,
    subtype: 'DROP_VIEW',
    async steps({ database }) {
      return [{ sql: `DROP VIEW ${ifExists}${trinoName('awsdatacatalog', whole(reference, database))}` }]
    },
  }
}
