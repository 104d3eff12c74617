/** A column of a result, its type as Trino writes it: `decimal(38,8)`, `row(a integer)`. */
export interface ResultColumn {
  readonly name: string
  readonly type: string
}

/** A value as Athena writes it in CSV and in GetQueryResults; undefined for null. Numbers come as Trino's own text. */
export function textOfValue(type: string, value: unknown): string | undefined {
  return value === null || value === undefined ? undefined : format(parseType(type), value)
}

/** A type taken apart: `map(varchar, integer)` has two parts; those of a row have names. */
interface Type {
  readonly base: string
  readonly parts: readonly { readonly name?: string; readonly type: Type }[]
}

function format(type: Type, value: unknown): string {
  if (value === null || value === undefined) return 'null'
  const [first, second] = type.parts
  if (type.base === 'array' && first && Array.isArray(value)) {
    return `[${value.map((element) => format(first.type, element)).join(', ')}]`
  }
  if (type.base === 'row' && Array.isArray(value)) {
    const fields = type.parts.map(
      ({ name = '', type: part }, index) => `${name || `field${index}`}=${format(part, value[index])}`,
    )
    return `{${fields.join(', ')}}`
  }
  if (type.base === 'map' && second && typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, element]) => `${key}=${format(second.type, element)}`)
      .join(', ')}}`
  }
  if (type.base === 'varbinary')
    return Buffer.from(String(value), 'base64')
      .toString('hex')
      .replaceAll(/..(?=.)/g, '$& ')
  return String(value)
}

const parsed = new Map<string, Type>()

function parseType(text: string): Type {
  const known = parsed.get(text)
  if (known) return known
  const type = readType(text)
  parsed.set(text, type)
  return type
}

function readType(text: string): Type {
  const [, base, inner = ''] = /^(array|map|row)\((.*)\)$/s.exec(text) ?? []
  if (base === undefined) return { base: text, parts: [] }
  return { base, parts: outerParts(inner).map((part) => (base === 'row' ? namedPart(part) : { type: readType(part) })) }
}

function namedPart(text: string): Type['parts'][number] {
  const [, quoted, plain, type] = /^(?:"((?:[^"]|"")*)"|(\S+)) (.*)$/s.exec(text) ?? []
  if (type === undefined) return { name: '', type: readType(text) }
  return { name: quoted?.replaceAll('""', '"') ?? plain ?? '', type: readType(type) }
}

/** Cuts at the commas that stand in no parentheses. */
function outerParts(text: string): string[] {
  const parts = ['']
  let depth = 0
  for (const character of text) {
    if (character === '(') depth++
    if (character === ')') depth--
    if (character === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += character
  }
  return parts.map((part) => part.trim())
}

/** A column in the metadata of a result. */
export interface ColumnInfo {
  readonly CatalogName: 'hive'
  readonly SchemaName: ''
  readonly TableName: ''
  readonly Name: string
  readonly Label: string
  readonly Type: string
  readonly Precision: number
  readonly Scale: number
  readonly Nullable: 'UNKNOWN'
  readonly CaseSensitive: boolean
}

const precisions: Readonly<Record<string, number>> = {
  varchar: 2_147_483_647,
  char: 255,
  varbinary: 1_073_741_824,
  tinyint: 3,
  smallint: 5,
  integer: 10,
  bigint: 19,
  float: 17,
  double: 17,
  timestamp: 3,
}

/** How Athena describes a column: type without its numbers, which stand in precision and scale. */
export function columnInfo({ name, type }: ResultColumn): ColumnInfo {
  const [, base = type, numbers = '', zone = ''] = /^(\w+)(?:\(([\d, ]+)\))?( with time zone)?/.exec(type) ?? []
  const named = `${base === 'real' ? 'float' : base}${zone}`
  const [precision, scale] = numbers.split(',').map(Number)
  return {
    CatalogName: 'hive',
    SchemaName: '',
    TableName: '',
    Name: name,
    Label: name,
    Type: named,
    Precision: ['decimal', 'varchar', 'char'].includes(base) && precision ? precision : (precisions[named] ?? 0),
    Scale: base === 'decimal' ? (scale ?? 0) : 0,
    Nullable: 'UNKNOWN',
    CaseSensitive: base === 'varchar' || base === 'char',
  }
}
