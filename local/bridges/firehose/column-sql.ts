import { Refusal } from '#domain/refusal.ts'
import type { Conversion } from './destination.ts'
import type { Column } from './glue-schema.ts'

/** The SQL that makes a value of a column's type from `text`, which is JSON's text of it; null where it makes none. */
export function columnSql({ name, type }: Column, { serde, millis }: Conversion, text: string, kind: string): string {
  const [base = '', parameters] = type.split(/[(<]/, 2)
  if (parameters !== undefined && !type.startsWith('decimal(')) return unsupported(name, type)
  switch (base) {
    case 'string':
    case 'varchar':
    case 'char':
      return text
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'integer':
    case 'bigint':
      return numeric(
        serde,
        kind,
        `CASE WHEN regexp_full_match(${text}, '[+-]?\\d+') THEN TRY_CAST(${text} AS ${base}) END`,
      )
    case 'float':
    case 'double':
      return numeric(serde, kind, `TRY_CAST(${text} AS ${base})`)
    case 'decimal':
      // Hive's own default where neither is given.
      return numeric(serde, kind, `TRY_CAST(${text} AS ${type === 'decimal' ? 'decimal(10,0)' : type})`)
    case 'boolean':
      return `CASE WHEN lower(${text}) IN ('true', 'false') THEN lower(${text}) = 'true' END`
    case 'date':
      return `CASE WHEN regexp_full_match(${text}, '\\d{4}-\\d{2}-\\d{2}') THEN TRY_CAST(${text} AS DATE) END`
    case 'timestamp':
      return instant(serde === 'openx' ? openxTimestamp(text) : hiveTimestamp(text, millis))
    default:
      return unsupported(name, type)
  }
}

function unsupported(name: string, type: string): never {
  throw new Refusal(`The column ${name} has the type ${type}, which is not converted here: give it a scalar type.`)
}

/** Hive's reader takes no numbers that are written as strings; OpenX's does. */
const numeric = (serde: Conversion['serde'], kind: string, sql: string) =>
  serde === 'openx' ? sql : `CASE WHEN ${kind} <> 'VARCHAR' THEN ${sql} END`

/** An instant rather than a wall time: what Spark reads is then a TIMESTAMP, as from the INT96 that Firehose writes. */
const instant = (sql: string) => `CAST(${sql} AS TIMESTAMPTZ)`

const WALL_TIME = `\\d{4}-\\d{1,2}-\\d{1,2} \\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?`

const openxTimestamp = (text: string) => `CASE
  WHEN regexp_full_match(${text}, '${WALL_TIME}') THEN TRY_CAST(${text} AS TIMESTAMP)
  WHEN regexp_full_match(${text}, '\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,9})?Z') THEN TRY_CAST(rtrim(${text}, 'Z') AS TIMESTAMP)
  WHEN regexp_full_match(${text}, '-?\\d{1,12}') THEN make_timestamp(${text}::BIGINT * 1000000)
  WHEN regexp_full_match(${text}, '-?\\d{13,15}') THEN make_timestamp(${text}::BIGINT * 1000)
  WHEN regexp_full_match(${text}, '-?\\d{1,12}\\.\\d+') THEN make_timestamp((${text}::DECIMAL(28, 6) * 1000000)::BIGINT)
END`

const hiveTimestamp = (text: string, millis: boolean) =>
  millis
    ? `CASE WHEN regexp_full_match(${text}, '-?\\d{1,15}') THEN make_timestamp(${text}::BIGINT * 1000) END`
    : `CASE WHEN regexp_full_match(${text}, '${WALL_TIME}') THEN TRY_CAST(${text} AS TIMESTAMP) END`
