import { invalidRequest, QueryFailure } from '../errors.ts'
import type { Cursor } from './cursor.ts'
import { literal, trinoName, whole } from './names.ts'
import { checkIcebergProperties, icebergCodec, icebergWith, textOf, withProperties } from './properties.ts'
import type { Setting, Statement, Step } from './statement.ts'

const hiveProperties = new Set([
  'table_type',
  'external_location',
  'is_external',
  'format',
  'partitioned_by',
  'bucketed_by',
  'bucket_count',
  'orc_compression',
  'parquet_compression',
  'write_compression',
  'compression_level',
  'field_delimiter',
])

/** Those of an Iceberg table that its TBLPROPERTIES do not have. */
const icebergOnly = new Set(['table_type', 'is_external', 'location', 'partitioning'])

/** Reads CREATE TABLE … [WITH (…)] AS select, from behind TABLE. */
export function readCtas(cursor: Cursor): Statement {
  const ifNotExists = cursor.accept('if', 'not', 'exists')
  const reference = cursor.table()
  const properties = cursor.accept('with') ? withProperties(cursor.group()) : new Map<string, string>()
  cursor.expect('as')
  const select = cursor.rest()
  if (select === '') throw cursor.unexpected('a query')
  const tableType = textOf(properties.get('table_type'))?.toUpperCase() ?? 'HIVE'
  if (tableType !== 'HIVE' && tableType !== 'ICEBERG') {
    throw invalidRequest(`Invalid value of table property table_type: ${tableType}. It is HIVE or ICEBERG.`)
  }
  const create = tableType === 'ICEBERG' ? icebergCreate : hiveCreate
  return {
    type: 'DML',
    subtype: 'CREATE_TABLE_AS_SELECT',
    results: 'count',
    takesParameters: true,
    async steps(setting) {
      const table = whole(reference, setting.database)
      const { name, clauses, session } = await create(setting, table, properties)
      const head = `CREATE TABLE ${ifNotExists ? 'IF NOT EXISTS ' : ''}${name} WITH (${clauses.join(', ')})`
      return [{ sql: `${head} AS ${select}`, session, parametrised: true }]
    },
  }
}

interface Creation {
  readonly name: string
  readonly clauses: readonly string[]
  readonly session: readonly string[]
}

async function icebergCreate(
  { isLocationEnforced, resultFolder, queryId }: Setting,
  table: { database: string; table: string },
  properties: ReadonlyMap<string, string>,
): Promise<Creation> {
  const settings = new Map([...properties].filter(([name]) => !icebergOnly.has(name)))
  const texts = new Map([...settings].map(([name, value]) => [name, textOf(value) ?? '']))
  checkIcebergProperties(texts)
  if (textOf(properties.get('is_external'))?.toLowerCase() !== 'false') {
    throw new QueryFailure('INVALID_TABLE_PROPERTY: Iceberg tables must be created with is_external = false')
  }
  const given = textOf(properties.get('location'))
  if (given !== undefined && isLocationEnforced) throw enforced('location')
  if (given === undefined && !isLocationEnforced) {
    throw new QueryFailure(
      'INVALID_TABLE_PROPERTY: The location of an Iceberg table must be given: WITH (location = …)',
    )
  }
  const location = given ?? `${resultFolder}tables/${queryId}/`
  const partitioning = properties.get('partitioning')
  return {
    name: trinoName('iceberg', table),
    clauses: [
      ...icebergWith(texts),
      `location = ${literal(location)}`,
      ...(partitioning === undefined ? [] : [`partitioning = ${partitioning}`]),
    ],
    session: icebergCodec(texts),
  }
}

async function hiveCreate(
  { isLocationEnforced, resultFolder, queryId, storage }: Setting,
  table: { database: string; table: string },
  properties: ReadonlyMap<string, string>,
): Promise<Creation> {
  for (const name of properties.keys()) {
    if (!hiveProperties.has(name)) {
      throw new QueryFailure(`INVALID_TABLE_PROPERTY: Catalog 'awsdatacatalog' table property '${name}' does not exist`)
    }
  }
  const given = textOf(properties.get('external_location'))
  if (given !== undefined && isLocationEnforced) throw enforced('external_location')
  const location = given ?? `${resultFolder}tables/${queryId}/`
  await refuseOccupied(storage, location)
  const delimiter = textOf(properties.get('field_delimiter'))
  const kept = ['partitioned_by', 'bucketed_by', 'bucket_count'].flatMap((name) => {
    const value = properties.get(name)
    return value === undefined ? [] : [`${name} = ${value}`]
  })
  return {
    name: trinoName('awsdatacatalog', table),
    clauses: [
      `format = ${literal((textOf(properties.get('format')) ?? 'PARQUET').toUpperCase())}`,
      `external_location = ${literal(location)}`,
      ...kept,
      ...(delimiter === undefined ? [] : [`textfile_field_separator = ${literal(delimiter)}`]),
    ],
    session: compression(properties),
  }
}

/** Athena writes into empty folders only. Throws HIVE_PATH_ALREADY_EXISTS where one is not. */
export async function refuseOccupied(storage: Setting['storage'], location: string): Promise<void> {
  if (!(await storage.hasObjects(location))) return
  throw new QueryFailure(
    `HIVE_PATH_ALREADY_EXISTS: Target directory for table '${location}' already exists. ` +
      'You may need to manually clean the data at this location before retrying. Athena will not delete data in your account.',
  )
}

/** Trino's session property for the codec of a CTAS or UNLOAD; GZIP, unless the statement says another. */
export function compression(properties: ReadonlyMap<string, string>): string[] {
  const names = ['write_compression', 'parquet_compression', 'orc_compression', 'compression']
  const given = names.map((name) => textOf(properties.get(name))).find((value) => value !== undefined)
  const codec = (given ?? 'GZIP').toUpperCase()
  if (!['GZIP', 'SNAPPY', 'ZSTD', 'LZ4', 'ZLIB', 'NONE'].includes(codec)) {
    throw new QueryFailure(`INVALID_TABLE_PROPERTY: ${codec} is no compression of Athena's`)
  }
  return [`awsdatacatalog.compression_codec=${codec === 'ZLIB' ? 'GZIP' : codec}`]
}

const enforced = (property: string): Error =>
  new QueryFailure(
    `The Create Table As Select query failed because it was submitted with an '${property}' property to an Athena ` +
      'Workgroup that enforces a centralized output location for all queries. ' +
      `Please remove the '${property}' property and resubmit the query.`,
  )

/** Reads UNLOAD (select) TO 's3://…' WITH (…), from behind UNLOAD. */
export function readUnload(cursor: Cursor): Statement {
  const select = cursor.group().rest()
  cursor.expect('to')
  const target = cursor.text()
  const properties = cursor.accept('with') ? withProperties(cursor.group()) : new Map<string, string>()
  cursor.expectEnd()
  const known = ['format', 'compression', 'compression_level', 'field_delimiter', 'partitioned_by']
  for (const name of properties.keys()) {
    if (!known.includes(name)) throw invalidRequest(`Unknown property of UNLOAD: ${name}`)
  }
  const format = textOf(properties.get('format'))
  if (format === undefined) throw invalidRequest('UNLOAD needs a format: WITH (format = …)')
  return {
    type: 'DML',
    subtype: 'UNLOAD',
    results: 'count',
    takesParameters: true,
    async steps({ queryId, database, storage }): Promise<Step[]> {
      await refuseOccupied(storage, target)
      const table = trinoName('awsdatacatalog', { database, table: `_unload_${queryId.replaceAll('-', '_')}` })
      const delimiter = textOf(properties.get('field_delimiter'))
      const partitions = properties.get('partitioned_by')
      const clauses = [
        `format = ${literal(format.toUpperCase())}`,
        `external_location = ${literal(target)}`,
        ...(partitions === undefined ? [] : [`partitioned_by = ${partitions}`]),
        ...(delimiter === undefined ? [] : [`textfile_field_separator = ${literal(delimiter)}`]),
      ]
      const session = compression(properties)
      return [
        { sql: `CREATE TABLE ${table} WITH (${clauses.join(', ')}) AS ${select}`, session, parametrised: true },
        { sql: `DROP TABLE IF EXISTS ${table}`, always: true },
      ]
    },
  }
}
