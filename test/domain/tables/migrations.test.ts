import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadMigrations } from '#adapters/sql-files/load-migrations.ts'
import { loadTables } from '#adapters/sql-files/load-tables.ts'
import { type Migration, missing, render, replay } from '#domain/tables/migrations.ts'
import type { Table } from '#domain/tables/table.ts'
import { BARS, tablesFrom } from './table-folder.ts'

const first = (sql: string): Migration => ({ id: '0001_first', sql })
const bars = (text = BARS): readonly Table[] =>
  tablesFrom({ 'gold/bars.sql': text }).filter(({ name }) => name === 'gold.bars')

/** The migrations that make BARS, as `missing` writes them. */
const made = [first(`-- Bars; the first.\n${missing(bars(), []).join(';\n')};\n`)]

test("the repository's migrations make what its tables declare", () => {
  const folder = resolve(import.meta.dirname, '../../../sql')
  expect(missing(loadTables(folder), loadMigrations(folder)), 'run `node bin/migration.ts <what>`').toEqual([])
})

test('a table that is new is created, and then nothing is missing', () => {
  expect(missing(bars(), [])).toEqual([
    `CREATE TABLE IF NOT EXISTS gold.bars (
  \`symbol\` string,
  \`trade_date\` date,
  \`volume\` decimal(38,8)
)
PARTITIONED BY (\`trade_date\`)
LOCATION '\${lake}/gold/bars/'
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd')`,
  ])
  expect(missing(bars(), made)).toEqual([])
})

test('a new column is added, wherever it is declared, and then nothing is missing', () => {
  const wider = bars(
    BARS.replace(
      '  volume:',
      '  is_odd: {type: boolean, doc: Odd.}\n  trades: {type: bigint, doc: Number.}\n  volume:',
    ).replace('sum(quantity)', 'true as is_odd, count(*) as trades, sum(quantity)'),
  )
  const statements = missing(wider, made)
  expect(statements).toEqual(['ALTER TABLE gold.bars ADD COLUMNS (\n  `is_odd` boolean,\n  `trades` bigint\n)'])
  const second = { id: '0002_more', sql: `${statements.join(';\n')};` }
  expect(missing(wider, [...made, second])).toEqual([])
  expect(
    replay([...made, second])
      .get('gold.bars')
      ?.columns.map(({ name }) => name),
  ).toEqual(['symbol', 'trade_date', 'volume', 'is_odd', 'trades'])
})

describe('what would lose or reinterpret data is refused', () => {
  const volume = '  volume: {type: "decimal(38,8)", unit: base currency, doc: Units traded.}\n'

  test('a column removed', () => {
    const narrower = BARS.replace(volume, '').replace(', sum(quantity) as volume', '')
    expect(() => missing(bars(narrower), made)).toThrow('gold.bars no longer has the column volume')
    const byHand = { id: '0002_less', sql: 'ALTER TABLE gold.bars DROP COLUMN volume;' }
    expect(missing(bars(narrower), [...made, byHand])).toEqual([])
  })

  test('a column retyped', () => {
    const other = BARS.replace('"decimal(38,8)"', 'bigint')
    expect(() => missing(bars(other), made)).toThrow(
      'gold.bars.volume is now bigint, and its migrations made it decimal(38,8): write the migration by hand.',
    )
    const byHand = { id: '0002_whole', sql: 'ALTER TABLE gold.bars CHANGE COLUMN volume volume bigint' }
    expect(missing(bars(other), [...made, byHand])).toEqual([])
  })

  test('another day', () => {
    const whole = BARS.replace('day: trade_date\n', '').replace(' where trade_date = :day', '')
    expect(() => missing(bars(whole), made)).toThrow('gold.bars is now partitioned by nothing')
  })
})

describe('a migration that cannot be read, or could not run, is refused', () => {
  const create = made[0]?.sql ?? ''
  test.each([
    ['DROP TABLE gold.bars', '0001_first.sql:1: has DROP where "alter" is wanted.'],
    [`${create}${create}`, 'gold.bars is created twice.'],
    ['ALTER TABLE gold.bars ADD COLUMNS (n bigint)', '0001_first.sql:1: gold.bars is altered before any'],
    [`${create}ALTER TABLE gold.bars ADD COLUMNS (volume bigint)`, 'gold.bars already has the column volume.'],
    [`${create}ALTER TABLE gold.bars DROP COLUMN n`, 'gold.bars has no column n.'],
    [create.replace('gold/bars', 'gold/barz'), `has '\${lake}/gold/barz/' where '\${lake}/gold/bars/' is wanted.`],
    [create.replace("'table_type' = 'ICEBERG', ", ''), "'table_type' = 'ICEBERG' among the properties is wanted."],
    [create.replace(/;\s*$/, ' AS SELECT 1;'), 'has AS where the end of the statement is wanted.'],
    [create.replace('gold.bars', 'bars'), '0001_first.sql:2: has ( where "." is wanted.'],
    [create.replace('gold.bars', 'prod.bars'), 'prod.bars is no table of a layer'],
  ])('%s', (sql, says) => expect(() => replay([first(sql)])).toThrow(says))
})

test('a stage runs the statements one by one, under its own names', () => {
  const alter = "ALTER TABLE gold.bars ADD COLUMNS (`note` string) -- not 'gold.bars'; nor this\n;"
  const [create, ...rest] = render(first(`${made[0]?.sql}\n${alter}`), { stage: 'dev', lakeBucket: 'the-lake' })
  expect(create).toMatch(/^CREATE TABLE IF NOT EXISTS `lodestream_dev_gold`\.`bars` \(/)
  expect(create).toContain("LOCATION 's3://the-lake/gold/bars/'")
  expect(rest).toEqual(['ALTER TABLE `lodestream_dev_gold`.`bars` ADD COLUMNS (`note` string)'])
})
