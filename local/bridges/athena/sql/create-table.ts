import { invalidRequest, QueryFailure } from '../errors.ts'
import type { Cursor } from './cursor.ts'
import { hiveTable } from './hive-table.ts'
import { literal, quoted, trinoName, whole } from './names.ts'
import { checkIcebergProperties, icebergWith, tableProperties } from './properties.ts'
import type { Statement } from './statement.ts'
import { icebergType } from './types.ts'

/** A column as DDL declares it: its type is Hive's own word for it. */
export interface Column {
  readonly name: string
  readonly type: string
  readonly comment?: string
}

/** The clauses of a CREATE TABLE in Hive's DDL. */
export interface TableDefinition {
  readonly columns: readonly Column[]
  /** As written: columns, or for Iceberg transforms of them; for Hive tables `name type`. */
  readonly partitions: readonly string[]
  readonly comment?: string
  readonly serde?: string
  readonly serdeProperties: ReadonlyMap<string, string>
  /** A word, as PARQUET, or the classes of INPUTFORMAT and OUTPUTFORMAT. */
  readonly storedAs?: string | { readonly input: string; readonly output: string }
  readonly location?: string
  readonly properties: ReadonlyMap<string, string>
}

/** Reads CREATE [EXTERNAL] TABLE … (columns) …, from behind TABLE. */
export function readCreateTable(cursor: Cursor, isExternal: boolean): Statement {
  const ifNotExists = cursor.accept('if', 'not', 'exists')
  const reference = cursor.table()
  if (cursor.accept('like')) throw invalidRequest('Queries of this type are not supported: CREATE TABLE LIKE')
  const definition = readDefinition(cursor)
  const isIceberg = definition.properties.get('table_type')?.toUpperCase() === 'ICEBERG'
  if (isIceberg && isExternal) throw invalidRequest('External keyword not supported for table type ICEBERG')
  if (!isIceberg && !isExternal) {
    throw invalidRequest(
      "Only external table creation is supported, except with TBLPROPERTIES ('table_type' = 'ICEBERG')",
    )
  }
  if (definition.location === undefined)
    throw invalidRequest('No location was specified for the table: LOCATION is needed')
  return {
    type: 'DDL',
    subtype: 'CREATE_TABLE',
    results: 'lines',
    takesParameters: false,
    async steps({ database, catalogue }) {
      const table = whole(reference, database)
      if (isIceberg) {
        checkIcebergProperties(definition.properties)
        const head = `CREATE TABLE ${ifNotExists ? 'IF NOT EXISTS ' : ''}${trinoName('iceberg', table)}`
        return [{ sql: `${head} ${icebergDefinition(definition)}` }]
      }
      return [
        {
          async act() {
            if (ifNotExists && (await catalogue.kindOf(table)) !== undefined) return undefined
            await catalogue.create(table.database, hiveTable(table.table, definition))
            return undefined
          },
        },
      ]
    },
  }
}

function readDefinition(cursor: Cursor): TableDefinition {
  const columns = readColumns(cursor.group())
  const found: { -readonly [Key in keyof TableDefinition]?: TableDefinition[Key] } = {}
  const once = <Key extends keyof TableDefinition>(key: Key, value: TableDefinition[Key]) => {
    if (found[key] !== undefined) throw cursor.unexpected('each clause once')
    found[key] = value
  }
  while (!cursor.ended) {
    if (cursor.accept('comment')) once('comment', cursor.text())
    else if (cursor.accept('partitioned', 'by')) once('partitions', items(cursor.group()))
    else if (cursor.accept('row', 'format', 'serde')) {
      once('serde', cursor.text())
      if (cursor.accept('with', 'serdeproperties')) once('serdeProperties', tableProperties(cursor.group()))
    } else if (cursor.accept('row', 'format', 'delimited')) {
      once('serde', 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe')
      once('serdeProperties', delimiters(cursor))
    } else if (cursor.accept('stored', 'as', 'inputformat')) {
      const input = cursor.text()
      cursor.expect('outputformat')
      once('storedAs', { input, output: cursor.text() })
    } else if (cursor.accept('stored', 'as')) once('storedAs', cursor.name())
    else if (cursor.accept('location')) once('location', cursor.text())
    else if (cursor.accept('tblproperties')) once('properties', tableProperties(cursor.group()))
    else throw cursor.unexpected("'COMMENT', 'PARTITIONED', 'ROW', 'STORED', 'LOCATION', 'TBLPROPERTIES'")
  }
  return { partitions: [], serdeProperties: new Map(), properties: new Map(), ...found, columns }
}

/** Reads `name type [COMMENT '…'], …`. */
export function readColumns(group: Cursor): Column[] {
  const columns: Column[] = []
  while (!group.ended) {
    const name = group.name()
    const [, type = '', comment] = /^(.*?)(?:\s+comment\s+'((?:[^']|'')*)')?$/is.exec(group.item()) ?? []
    if (type === '') throw group.unexpected('a type')
    columns.push({ name, type: type.toLowerCase(), ...(comment === undefined ? {} : { comment }) })
  }
  if (columns.length === 0) throw group.unexpected('a column')
  return columns
}

function items(group: Cursor): string[] {
  const found: string[] = []
  while (!group.ended) found.push(group.item())
  return found
}

function delimiters(cursor: Cursor): Map<string, string> {
  const found = new Map<string, string>()
  for (;;) {
    if (cursor.accept('fields', 'terminated', 'by')) {
      const separator = cursor.text()
      found.set('field.delim', separator).set('serialization.format', separator)
    } else if (cursor.accept('escaped', 'by')) found.set('escape.delim', cursor.text())
    else if (cursor.accept('collection', 'items', 'terminated', 'by')) found.set('colelction.delim', cursor.text())
    else if (cursor.accept('map', 'keys', 'terminated', 'by')) found.set('mapkey.delim', cursor.text())
    else if (cursor.accept('lines', 'terminated', 'by')) found.set('line.delim', cursor.text())
    else if (cursor.accept('null', 'defined', 'as')) found.set('serialization.null.format', cursor.text())
    else return found
  }
}

function icebergDefinition({ columns, partitions, comment, location = '', properties }: TableDefinition): string {
  const declared = columns.map((column) => {
    const note = column.comment === undefined ? '' : ` COMMENT '${column.comment}'`
    return `${quoted(column.name)} ${icebergType(column.type)}${note}`
  })
  const names = new Set(columns.map(({ name }) => name))
  const partitioning = partitions.map((text) => literal(partitionTransform(text, names))).join(', ')
  const clauses = [
    ...icebergWith(properties),
    `location = ${literal(location)}`,
    ...(partitions.length > 0 ? [`partitioning = ARRAY[${partitioning}]`] : []),
  ]
  const said = comment === undefined ? '' : ` COMMENT ${literal(comment)}`
  return `(${declared.join(', ')})${said} WITH (${clauses.join(', ')})`
}

/** A partition of an Iceberg table as Trino spells it: the transform's number stands behind the column there. */
function partitionTransform(text: string, columns: ReadonlySet<string>): string {
  const name = '`?([\\w ]+?)`?'
  const plain = new RegExp(`^${name}$`).exec(text)?.[1]
  const timed = new RegExp(`^(years?|months?|days?|hours?)\\s*\\(\\s*${name}\\s*\\)$`, 'i').exec(text)
  const sized = new RegExp(`^(bucket|truncate)\\s*\\(\\s*(\\d+)\\s*,\\s*${name}\\s*\\)$`, 'i').exec(text)
  const column = (plain ?? timed?.[2] ?? sized?.[3])?.toLowerCase()
  if (column === undefined) throw new QueryFailure(`NOT_SUPPORTED: ${text} is no partition transform of Iceberg tables`)
  if (!columns.has(column)) {
    throw new QueryFailure(`COLUMN_NOT_FOUND: partition column ${column} is not among the table's columns`)
  }
  if (timed?.[1]) return `${timed[1].toLowerCase().replace(/s$/, '')}(${quoted(column)})`
  if (sized?.[1]) return `${sized[1].toLowerCase()}(${quoted(column)}, ${sized[2]})`
  return quoted(column)
}
