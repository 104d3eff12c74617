import { rmSync } from 'node:fs'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { columnSql } from './column-sql.ts'
import type { Conversion } from './destination.ts'
import type { Column } from './glue-schema.ts'

/** A line that could not be converted: its place in the file, from 0, and why. */
export interface BadLine {
  readonly place: number
  readonly code: 'DataFormatConversion.ParseError' | 'DataFormatConversion.MalformedData'
  readonly reason: string
}

/** Rows of a row group, of which the writer holds one in memory. */
const ROW_GROUP = 8_192
/** Bytes; a record has at most 1,024,000. DuckDB reads in blocks of twice as much, and by default of 32 MB. */
const LONGEST_LINE = 2 ** 21
/** What DuckDB may use: usual rows need 120 MB, a buffer full of the largest records more. */
const MEMORY = '768MB'

/** Writes JSON lines as Parquet, one file at a time. */
export class ParquetWriter {
  readonly #connection: DuckDBConnection
  #last: Promise<unknown> = Promise.resolve()

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection
  }

  /** @param folder for what does not fit into memory */
  static async open(folder: string): Promise<ParquetWriter> {
    const options = { threads: '1', memory_limit: MEMORY, temp_directory: folder }
    const connection = await (await DuckDBInstance.create(':memory:', options)).connect()
    await connection.run("SET TimeZone = 'UTC'")
    return new ParquetWriter(connection)
  }

  /**
   * Converts the lines of `from` that the columns can hold. A JSON field without a column is ignored; a column without
   * a field is null. @returns how many rows are in `to`, and which lines are not
   * @throws Refusal for a column type that is not converted here
   */
  convert(from: string, to: string, columns: readonly Column[], conversion: Conversion, lines: number) {
    // One after the other: two at once would need the memory of both.
    const result = this.#last.then(() => this.#convert(from, to, columns, conversion, lines))
    this.#last = result.catch(() => undefined)
    return result
  }

  async #convert(
    from: string,
    to: string,
    columns: readonly Column[],
    conversion: Conversion,
    lines: number,
  ): Promise<{ rows: number; bad: readonly BadLine[] }> {
    const { source, selected, reason } = statementParts(from, columns, conversion)
    const codec = conversion.compression.toLowerCase()
    const copied = await this.#connection.runAndReadAll(
      `COPY (SELECT ${selected} FROM (${source}) WHERE ${reason} IS NULL) TO ${quoted(to)} (FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE ${ROW_GROUP})`,
    )
    const rows = Number(copied.getRows()[0]?.[0] ?? 0)
    if (rows === 0) rmSync(to, { force: true })
    if (rows === lines) return { rows, bad: [] }
    const failed = await this.#connection.runAndReadAll(
      `SELECT place, reason FROM (SELECT row_number() OVER () - 1 AS place, ${reason} AS reason FROM (${source})) WHERE reason IS NOT NULL`,
    )
    const bad = failed.getRows().map(([place, why]): BadLine => {
      const code = why === MALFORMED ? 'DataFormatConversion.ParseError' : 'DataFormatConversion.MalformedData'
      return { place: Number(place), code, reason: String(why) }
    })
    if (rows + bad.length !== lines) {
      throw new Error(`${from} has ${lines} lines, of which ${rows} were converted and ${bad.length} were not`)
    }
    return { rows, bad }
  }
}

const MALFORMED = 'Encountered malformed JSON.'

function statementParts(file: string, columns: readonly Column[], conversion: Conversion) {
  const paths = columns.map(({ name }) => quoted(`$.${JSON.stringify(conversion.keyOf[name] ?? name)}`)).join(', ')
  const kinds = conversion.serde === 'hive' ? `, json_type(json, [${paths}]) AS kinds` : ''
  const typed = columns.map((column, index) => {
    const sql = columnSql(column, conversion, `texts[${index + 1}]`, `kinds[${index + 1}]`)
    return `${sql} AS v${index}`
  })
  const misfits = columns.map(
    ({ name, type }, index) =>
      `WHEN texts[${index + 1}] IS NOT NULL AND v${index} IS NULL THEN ${quoted(`Data does not match the schema: ${name} is no ${type}: `)} || texts[${index + 1}]`,
  )
  return {
    source: `SELECT texts, ${typed.join(', ')} FROM (SELECT json_extract_string(json, [${paths}]) AS texts${kinds} FROM read_ndjson_objects(${quoted(file)}, ignore_errors = true, maximum_object_size = ${LONGEST_LINE}))`,
    selected: columns.map(({ name }, index) => `v${index} AS "${name.replaceAll('"', '""')}"`).join(', '),
    reason: `CASE WHEN texts IS NULL THEN ${quoted(MALFORMED)} ${misfits.join(' ')} END`,
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`
