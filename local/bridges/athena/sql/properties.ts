import { invalidRequest, QueryFailure } from '../errors.ts'
import type { Cursor } from './cursor.ts'
import { literal } from './names.ts'

/** `name = expression, …` of a WITH clause, as written, by lower-case name. Refuses a name that stands twice. */
export function withProperties(group: Cursor): Map<string, string> {
  const properties = new Map<string, string>()
  while (!group.ended) {
    const name = group.name()
    group.expect('=')
    if (properties.has(name)) throw invalidRequest(`Duplicate property: ${name}`)
    properties.set(name, group.item())
  }
  return properties
}

/** `'name' = 'value', …` of TBLPROPERTIES or SERDEPROPERTIES. Refuses a name that stands twice. */
export function tableProperties(group: Cursor): Map<string, string> {
  const properties = new Map<string, string>()
  while (!group.ended) {
    const name = group.text()
    group.expect('=')
    if (properties.has(name)) throw invalidRequest(`Duplicate property: ${name}`)
    properties.set(name, group.text())
    if (!group.ended) group.expect(',')
  }
  return properties
}

/** The text of a literal in a WITH clause; undefined where the property is not given. */
export function textOf(expression: string | undefined): string | undefined {
  if (expression === undefined) return undefined
  return /^'(?:[^']|'')*'$/.test(expression) ? expression.slice(1, -1).replaceAll("''", "'") : expression
}

/** The properties that Athena knows of Iceberg tables, by what their values must look like. */
const icebergProperties: Readonly<Record<string, RegExp>> = {
  table_type: /^iceberg$/i,
  format: /^(parquet|orc|avro)$/i,
  write_compression: /^(gzip|snappy|zstd|zlib|lz4|none)$/i,
  compression_level: /^\d{1,2}$/,
  write_target_data_file_size_bytes: /^[1-9]\d*$/,
  optimize_rewrite_min_data_file_size_bytes: /^\d+$/,
  optimize_rewrite_max_data_file_size_bytes: /^[1-9]\d*$/,
  optimize_rewrite_data_file_threshold: /^[1-4]?\d$/,
  optimize_rewrite_delete_file_threshold: /^[1-4]?\d$/,
  vacuum_min_snapshots_to_keep: /^[1-9]\d*$/,
  vacuum_max_snapshot_age_seconds: /^\d+$/,
  vacuum_max_metadata_files_to_keep: /^[1-9]\d*$/,
}

/** Throws a QueryFailure where Athena does not know a property of an Iceberg table, or not this value of it. */
export function checkIcebergProperties(properties: ReadonlyMap<string, string>): void {
  for (const [name, value] of properties) {
    const form = Object.hasOwn(icebergProperties, name) ? icebergProperties[name] : undefined
    if (form === undefined) throw new QueryFailure(`Unsupported table property key: ${name}`)
    if (!form.test(value))
      throw new QueryFailure(`INVALID_TABLE_PROPERTY: Unsupported value '${value}' of table property '${name}'`)
  }
}

/** What Trino's WITH clause says of an Iceberg table: its format, and what Trino only keeps for Athena and others. */
export function icebergWith(properties: ReadonlyMap<string, string>): string[] {
  return [`format = '${(properties.get('format') ?? 'parquet').toUpperCase()}'`, ...keptProperties(properties)]
}

/** The properties that Trino keeps with a table without heeding them, as a clause of WITH or SET PROPERTIES. */
export function keptProperties(properties: ReadonlyMap<string, string>): string[] {
  const kept = [...properties].filter(([name]) => !['table_type', 'format'].includes(name))
  if (kept.length === 0) return []
  const list = (texts: readonly string[]) => `ARRAY[${texts.map(literal).join(', ')}]`
  const names = list(kept.map(([name]) => name))
  return [`extra_properties = MAP(${names}, ${list(kept.map(([, value]) => value))})`]
}

/** The codec of Iceberg files; Athena's own default is ZSTD, and so is Trino's. */
export function icebergCodec(properties: ReadonlyMap<string, string>): string[] {
  const codec = properties.get('write_compression')?.toUpperCase() ?? 'ZSTD'
  return [`iceberg.compression_codec=${codec === 'ZLIB' ? 'GZIP' : codec}`]
}
