import { QueryFailure } from '../errors.ts'
import { quoted } from './names.ts'

const scalars: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  int: 'integer',
  integer: 'integer',
  bigint: 'bigint',
  long: 'bigint',
  double: 'double',
  float: 'real',
  string: 'varchar',
  binary: 'varbinary',
  date: 'date',
  timestamp: 'timestamp(6)',
}

/**
 * The Trino type of a column of an Iceberg table, from what Athena's DDL calls it. Throws a QueryFailure for the types
 * that Athena has for Hive tables only (tinyint, smallint, char, varchar), and for unknown ones.
 */
export function icebergType(text: string): string {
  const type = text.trim().toLowerCase()
  const scalar = Object.hasOwn(scalars, type) ? scalars[type] : undefined
  if (scalar) return scalar
  if (/^decimal\s*\(\s*\d+\s*(,\s*\d+\s*)?\)$/.test(type)) return type
  const [, shape, inner = ''] = /^(array|map|struct)\s*<(.*)>$/s.exec(type) ?? []
  const parts = shape ? outerParts(inner) : []
  if (shape === 'array' && parts.length === 1) return `array(${icebergType(inner)})`
  if (shape === 'map' && parts.length === 2) return `map(${parts.map(icebergType).join(', ')})`
  if (shape === 'struct' && parts.length > 0) return `row(${parts.map(field).join(', ')})`
  throw new QueryFailure(`NOT_SUPPORTED: Iceberg tables have no columns of type ${text.trim()}`)
}

function field(text: string): string {
  const [, name, type] = /^\s*`?([^:`]+)`?\s*:(.*)$/s.exec(text) ?? []
  if (!name || !type) throw new QueryFailure(`NOT_SUPPORTED: ${text.trim()} is no field of a struct`)
  return `${quoted(name.trim())} ${icebergType(type)}`
}

/** Cuts at the commas that stand in no brackets. */
function outerParts(text: string): string[] {
  const parts = ['']
  let depth = 0
  for (const character of text) {
    if ('<('.includes(character)) depth++
    if ('>)'.includes(character)) depth--
    if (character === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts
}
