/** Athena's own type names that its Iceberg tables have, and what DDL calls them there. */
const DDL_TYPE: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  integer: 'int',
  bigint: 'bigint',
  real: 'float',
  double: 'double',
  varchar: 'string',
  varbinary: 'binary',
  date: 'date',
  'timestamp(6)': 'timestamp',
}

const DECIMAL = /^decimal\((\d{1,2}),(\d{1,2})\)$/

/** Whether a column may have this type; decimals are spelled `decimal(38,8)`. */
export const isColumnType = (type: string): boolean => ddlType(type) !== undefined

/** The type as Athena's DDL names it: `string` for varchar; undefined where it is none. */
export function ddlType(type: string): string | undefined {
  const [, precision, scale] = DECIMAL.exec(type) ?? []
  if (precision === undefined) return Object.hasOwn(DDL_TYPE, type) ? DDL_TYPE[type] : undefined
  return Number(precision) >= 1 && Number(precision) <= 38 && Number(scale) <= Number(precision) ? type : undefined
}
