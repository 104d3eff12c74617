import { invalidRequest } from '../errors.ts'
import { readAlterTable } from './alter-table.ts'
import { readCreateTable } from './create-table.ts'
import { readCtas, readUnload } from './ctas.ts'
import { type Cursor, cursorOver } from './cursor.ts'
import { readCreateDatabase, readCreateView, readDropDatabase, readDropView } from './databases.ts'
import { readDropTable } from './drop-table.ts'
import { readOptimize, readRepair, readVacuum } from './maintain.ts'
import { readChange, readExplain, readInsert, readQuery } from './rows.ts'
import { readDescribe, readShow } from './show.ts'
import type { Statement } from './statement.ts'

/** Bytes of UTF-8 that a statement may have. */
export const longestStatement = 262_144

/**
 * Reads one statement of Athena's SQL, so far as it must be known to class and run it. Throws an
 * InvalidRequestException, as StartQueryExecution does, for text that is too long, several statements, a statement of a
 * kind that Athena does not have, and DDL that it does not understand; queries themselves are read by the engine.
 */
export function readStatement(text: string): Statement {
  if (Buffer.byteLength(text) > longestStatement) {
    throw invalidRequest(`Query string exceeds the maximum length of ${longestStatement} bytes`)
  }
  const cursor = cursorOver(text)
  const sql = cursorOver(text).rest()
  for (const verb of ['select', 'with', 'values', 'table', '(']) if (cursor.isNext(verb)) return readQuery(cursor, sql)
  if (cursor.isNext('insert')) return readInsert(cursor, sql)
  if (cursor.isNext('merge')) return readChange(cursor, sql, 'MERGE')
  if (cursor.isNext('update')) return readChange(cursor, sql, 'UPDATE')
  if (cursor.isNext('delete')) return readChange(cursor, sql, 'DELETE')
  if (cursor.isNext('explain')) return readExplain(cursor, sql)
  if (cursor.accept('unload')) return readUnload(cursor)
  if (cursor.accept('create')) return readCreate(cursor)
  if (cursor.accept('drop')) return readDrop(cursor)
  const ddl = cursor.with('backticks')
  if (ddl.accept('alter', 'table')) return readAlterTable(ddl)
  if (ddl.accept('optimize')) return readOptimize(ddl)
  if (ddl.accept('vacuum')) return readVacuum(ddl)
  if (ddl.accept('msck', 'repair', 'table')) return readRepair(ddl)
  if (ddl.accept('show')) return readShow(ddl)
  if (ddl.accept('describe') || ddl.accept('desc')) return readDescribe(ddl)
  throw unsupported(sql)
}

function readCreate(cursor: Cursor): Statement {
  if (cursor.accept('or', 'replace', 'view')) return readCreateView(cursor, true)
  if (cursor.accept('view')) return readCreateView(cursor, false)
  const ddl = cursor.with('backticks')
  if (ddl.accept('database') || ddl.accept('schema')) return readCreateDatabase(ddl)
  if (ddl.accept('external', 'table')) return readCreateTable(ddl, true)
  if (ddl.isNext('table')) {
    if (isCtas(cursor)) {
      cursor.accept('table')
      return readCtas(cursor)
    }
    ddl.accept('table')
    return readCreateTable(ddl, false)
  }
  throw unsupported(`CREATE ${cursor.rest()}`)
}

/** Whether AS comes behind the name and WITH (…): only then the engine's own grammar reads the statement. */
function isCtas(cursor: Cursor): boolean {
  for (let ahead = 1; ; ahead++) {
    const token = cursor.peek(ahead)
    if (token === undefined || token.text === '(') return false
    const word = token.text.toLowerCase()
    if (token.kind === 'name' && (word === 'as' || word === 'with')) return true
  }
}

function readDrop(cursor: Cursor): Statement {
  if (cursor.accept('view')) return readDropView(cursor)
  const ddl = cursor.with('backticks')
  if (ddl.accept('table')) return readDropTable(ddl)
  if (ddl.accept('database') || ddl.accept('schema')) return readDropDatabase(ddl)
  throw unsupported(`DROP ${cursor.rest()}`)
}

const unsupported = (sql: string): Error =>
  invalidRequest(`Queries of this type are not supported: ${sql.replaceAll(/\s+/g, ' ').slice(0, 40)}`)
