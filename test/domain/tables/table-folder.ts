import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadTables } from '#adapters/sql-files/load-tables.ts'
import { Refusal } from '#domain/refusal.ts'
import type { Table } from '#domain/tables/table.ts'

const SCHEDULES = `
market_close:
  doc: At the close.
  expression: cron(15 17 * * ? *)
  timezone: America/New_York
utc_night:
  doc: After the UTC day.
  expression: cron(0 2 * * ? *)
  timezone: UTC
`

/** The tables of a folder with these files, by path below it such as `gold/bars.sql`; schedules.yml is there. */
export function tablesFrom(files: Readonly<Record<string, string>>): readonly Table[] {
  const folder = mkdtempSync(join(tmpdir(), 'lodestream-tables-'))
  try {
    for (const [path, text] of Object.entries({ 'schedules.yml': SCHEDULES, ...files })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    return loadTables(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What is wrong with such a folder, `gold/bars.sql:3: …` a line; nothing where it loads. */
export function defectsOf(files: Readonly<Record<string, string>>): readonly string[] {
  try {
    tablesFrom(files)
    return []
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.message.split('\n').map((line) => line.replace(/^\S*lodestream-tables-[^/]*\//, ''))
  }
}

/** A table without a fault, 22 lines: line 2 is its doc, line 9 its first column, line 16 the select's first. */
export const BARS = `/*
doc: One row per symbol and trade date.
grain: [symbol, trade_date]
day: trade_date
schedule: market_close
affects: later
# A comment, and the columns.
columns:
  symbol: {type: varchar, doc: The symbol.}
  trade_date: {type: date, doc: Its day.}
  volume: {type: "decimal(38,8)", unit: base currency, doc: Units traded.}
checks:
  - {expect: volume > 0}
  - {expect: "symbol <> 'a;b'", severity: warn}
*/
with ticks_of_day as (
  select * from silver.ticks where trade_date = :day -- not gold.other
),
bars as (
  select symbol, trade_date, sum(quantity) as volume from ticks_of_day group by symbol, trade_date
)
select * from bars
`
