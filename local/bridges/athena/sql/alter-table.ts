import { QueryFailure } from '../errors.ts'
import type { Partition } from '../run/catalogue.ts'
import { type Column, readColumns } from './create-table.ts'
import type { Cursor } from './cursor.ts'
import { quoted, trinoName, whole } from './names.ts'
import { checkIcebergProperties, keptProperties, tableProperties } from './properties.ts'
import type { Setting, Statement, Step } from './statement.ts'
import { icebergType } from './types.ts'

/** What is done to a table of either kind. */
interface Alteration {
  iceberg(name: string): readonly Step[]
  hive(name: string, table: Named, setting: Setting): readonly Step[]
}

type Named = Readonly<Record<'database' | 'table', string>>

/** Reads ALTER TABLE … as Athena spells it, from behind TABLE. */
export function readAlterTable(cursor: Cursor): Statement {
  const reference = cursor.table()
  const alteration = readAlteration(cursor)
  cursor.expectEnd()
  return {
    type: 'DDL',
    subtype: 'ALTER_TABLE',
    results: 'lines',
    takesParameters: false,
    async steps(setting) {
      const table = whole(reference, setting.database)
      const kind = await setting.catalogue.kindOf(table)
      if (kind === undefined) await setting.catalogue.requireTable(table)
      if (kind === 'iceberg') return alteration.iceberg(trinoName('iceberg', table))
      return alteration.hive(trinoName('awsdatacatalog', table), table, setting)
    },
  }
}

function readAlteration(cursor: Cursor): Alteration {
  if (cursor.accept('add', 'columns')) return addColumns(readColumns(cursor.group()))
  if (cursor.accept('drop', 'column')) return dropColumn(cursor.name())
  if (cursor.accept('change')) return changeColumn(cursor)
  if (cursor.accept('set', 'tblproperties')) return setProperties(tableProperties(cursor.group()))
  if (cursor.accept('add')) return addPartition(cursor)
  if (cursor.accept('drop')) return dropPartition(cursor)
  throw cursor.unexpected("'ADD', 'CHANGE', 'DROP', 'SET TBLPROPERTIES'")
}

const addColumns = (columns: readonly Column[]): Alteration => ({
  iceberg: (name) => columns.map((column) => ({ sql: addition(name, column, icebergType(column.type)) })),
  hive: (name) => columns.map((column) => ({ sql: addition(name, column, hiveType(column.type)) })),
})

function addition(name: string, { name: column, comment }: Column, type: string): string {
  const note = comment === undefined ? '' : ` COMMENT '${comment}'`
  return `ALTER TABLE ${name} ADD COLUMN ${quoted(column)} ${type}${note}`
}

/** Trino's type of a column of a Hive table: as of an Iceberg one, but times have three digits. */
function hiveType(type: string): string {
  if (/^(tinyint|smallint|(var)?char\(\d+\))$/.test(type)) return type
  return icebergType(type).replaceAll('timestamp(6)', 'timestamp(3)')
}

const dropColumn = (column: string): Alteration => ({
  iceberg: (name) => [{ sql: `ALTER TABLE ${name} DROP COLUMN ${quoted(column)}` }],
  hive: () => {
    throw new QueryFailure('NOT_SUPPORTED: ALTER TABLE DROP COLUMN is supported only for Iceberg tables')
  },
})

function changeColumn(cursor: Cursor): Alteration {
  cursor.accept('column')
  const before = cursor.name()
  const after = cursor.name()
  const type = cursor.item()
  if (/\s(comment|first|after)\b/i.test(` ${type}`)) {
    throw new QueryFailure('NOT_SUPPORTED: this engine changes the name and the type of a column, nothing else')
  }
  return {
    iceberg: (name) => [
      ...(before === after ? [] : [{ sql: `ALTER TABLE ${name} RENAME COLUMN ${quoted(before)} TO ${quoted(after)}` }]),
      { sql: `ALTER TABLE ${name} ALTER COLUMN ${quoted(after)} SET DATA TYPE ${icebergType(type)}` },
    ],
    hive: () => {
      throw new QueryFailure('NOT_SUPPORTED: ALTER TABLE CHANGE COLUMN is supported only for Iceberg tables')
    },
  }
}

function setProperties(properties: ReadonlyMap<string, string>): Alteration {
  return {
    iceberg(name) {
      checkIcebergProperties(properties)
      const format = properties.get('format')
      const clauses = [
        ...(format === undefined ? [] : [`format = '${format.toUpperCase()}'`]),
        ...keptProperties(properties),
      ]
      return clauses.length === 0 ? [] : [{ sql: `ALTER TABLE ${name} SET PROPERTIES ${clauses.join(', ')}` }]
    },
    hive: (_, table, { catalogue }) => [
      {
        async act() {
          await catalogue.setParameters(table, Object.fromEntries(properties))
          return undefined
        },
      },
    ],
  }
}

function addPartition(cursor: Cursor): Alteration {
  const isTolerant = cursor.accept('if', 'not', 'exists')
  const partitions = readPartitions(cursor)
  return onPartitions(async ({ catalogue }, table) => {
    for (const partition of partitions) await catalogue.addPartition(table, partition, isTolerant)
  })
}

function dropPartition(cursor: Cursor): Alteration {
  const isTolerant = cursor.accept('if', 'exists')
  const partitions = readPartitions(cursor)
  return onPartitions(async ({ catalogue }, table) => {
    for (const { values } of partitions) await catalogue.dropPartition(table, values, isTolerant)
  })
}

const onPartitions = (change: (setting: Setting, table: Named) => Promise<void>): Alteration => ({
  iceberg: () => {
    throw new QueryFailure('NOT_SUPPORTED: The partitions of an Iceberg table follow from its rows')
  },
  hive: (_, table, setting) => [
    {
      async act() {
        await change(setting, table)
        return undefined
      },
    },
  ],
})

function readPartitions(cursor: Cursor): Partition[] {
  const found: Partition[] = []
  while (cursor.accept('partition')) {
    const group = cursor.group()
    const values = new Map<string, string>()
    while (!group.ended) {
      const key = group.name()
      group.expect('=')
      values.set(key, group.item().replaceAll(/^'|'$/g, ''))
    }
    found.push({ values, ...(cursor.accept('location') ? { location: cursor.text() } : {}) })
    cursor.accept(',')
  }
  if (found.length === 0) throw cursor.unexpected("'PARTITION'")
  return found
}
