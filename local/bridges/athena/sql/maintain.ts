import { QueryFailure } from '../errors.ts'
import type { Cursor, TableReference } from './cursor.ts'
import { literal, trinoName, whole } from './names.ts'
import type { Setting, Statement } from './statement.ts'

const ddl = { type: 'DDL', results: 'lines', takesParameters: false } as const

/** Reads OPTIMIZE table REWRITE DATA USING BIN_PACK [WHERE …], from behind OPTIMIZE. */
export function readOptimize(cursor: Cursor): Statement {
  const reference = cursor.table()
  cursor.expect('rewrite', 'data', 'using', 'bin_pack')
  const where = cursor.isNext('where') ? ` ${cursor.rest()}` : ''
  cursor.expectEnd()
  return {
    ...ddl,
    type: 'DML',
    subtype: 'OPTIMIZE',
    async steps(setting) {
      const name = await icebergTable(setting, reference, 'OPTIMIZE')
      return [{ sql: `ALTER TABLE ${name} EXECUTE optimize${where}` }]
    },
  }
}

/** Five days, where `vacuum_max_snapshot_age_seconds` says nothing. */
const defaultAge = '432000'

/** Reads VACUUM table, from behind VACUUM: expires snapshots older than the table says, and removes orphan files. */
export function readVacuum(cursor: Cursor): Statement {
  const reference = cursor.table()
  cursor.expectEnd()
  return {
    ...ddl,
    type: 'DML',
    subtype: 'VACUUM',
    async steps(setting) {
      const name = await icebergTable(setting, reference, 'VACUUM')
      const { database, table } = whole(reference, setting.database)
      const properties = trinoName('iceberg', { database, table: `${table}$properties` })
      const wanted = literal('vacuum_max_snapshot_age_seconds')
      const { rows } = await setting.ask(`SELECT value FROM ${properties} WHERE key = ${wanted}`)
      const threshold = `retention_threshold => '${rows[0]?.[0] ?? defaultAge}s'`
      return ['expire_snapshots', 'remove_orphan_files'].map((procedure) => ({
        sql: `ALTER TABLE ${name} EXECUTE ${procedure}(${threshold})`,
      }))
    },
  }
}

/** Reads MSCK REPAIR TABLE table, from behind TABLE: registers the partitions whose folders are there. */
export function readRepair(cursor: Cursor): Statement {
  const reference = cursor.table()
  cursor.expectEnd()
  return {
    ...ddl,
    subtype: 'MSCK_REPAIR',
    async steps({ catalogue, database }) {
      const table = whole(reference, database)
      await catalogue.requireTable(table)
      if ((await catalogue.kindOf(table)) === 'iceberg') {
        throw new QueryFailure('NOT_SUPPORTED: MSCK REPAIR TABLE is not supported for Iceberg tables')
      }
      const names = [table.database, table.table].map(literal).join(', ')
      return [{ sql: `CALL awsdatacatalog.system.sync_partition_metadata(${names}, 'ADD')` }]
    },
  }
}

async function icebergTable(setting: Setting, reference: TableReference, statement: string): Promise<string> {
  const table = whole(reference, setting.database)
  await setting.catalogue.requireTable(table)
  if ((await setting.catalogue.kindOf(table)) === 'iceberg') return trinoName('iceberg', table)
  throw new QueryFailure(`NOT_SUPPORTED: ${statement} is supported only for Iceberg tables`)
}
