import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { LakeError } from '#domain/lake/lake-error.ts'
import type { Lake, LakeRow } from '#domain/ports.ts'

/** The tables that the API and the command line read, empty; columns as the lake has them. */
const TABLES = `
create schema lodestream_local_bronze;
create schema lodestream_local_gold;
create schema lodestream_local_ops;
create table lodestream_local_bronze.events (
  event_id varchar, topic varchar, "partition" integer, "offset" varchar, ingest_date date, event_type varchar
);
create table lodestream_local_ops.quarantine (
  quarantined_at timestamp, appended_at timestamp, topic varchar, "partition" integer, "offset" varchar,
  stage varchar, code varchar, reason varchar, "value" varchar, value_pointer varchar, ingest_date date
);
create table lodestream_local_ops.runs (
  run varchar, table_name varchar, refreshed_date varchar, outcome varchar, started_at varchar, finished_at varchar,
  inserted bigint, updated bigint, deleted bigint, source_rows bigint, warnings varchar, error varchar, says varchar,
  execution varchar, run_date date
);
create table lodestream_local_gold.ohlc_daily (
  symbol varchar, trade_date date, open_price decimal(38,8), high_price decimal(38,8), low_price decimal(38,8),
  close_price decimal(38,8), volume decimal(38,8), notional decimal(38,8), vwap decimal(38,8),
  trades bigint
);
`

/** A lake in memory that runs the statements themselves, and remembers them. */
export class DuckLake implements Lake {
  readonly asked: string[] = []
  readonly #connection: DuckDBConnection

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection
  }

  static async open(): Promise<DuckLake> {
    const connection = await (await DuckDBInstance.create(':memory:')).connect()
    await connection.run(TABLES)
    return new DuckLake(connection)
  }

  /** Runs statements that the lake itself would not take, such as inserts of golden rows. */
  async run(sql: string): Promise<void> {
    await this.#connection.run(sql)
  }

  async query(sql: string, parameters: readonly string[] = []): Promise<readonly LakeRow[]> {
    this.asked.push(sql)
    const left = [...parameters]
    const whole = sql.replaceAll('?', () => left.shift() ?? 'missing_parameter')
    if (left.length > 0) throw new Error(`${left.length} parameters are left over`)
    try {
      const reader = await this.#connection.runAndReadAll(whole)
      return reader
        .getRowObjectsJson()
        .map((row) =>
          Object.fromEntries(
            Object.entries(row).map(([name, value]) => [name, value === null ? undefined : String(value)]),
          ),
        )
    } catch (error) {
      throw new LakeError(`TABLE_NOT_FOUND or worse: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}
