import { describe, expect, test } from 'vitest'
import { planRefresh } from '#domain/tables/plan-refresh.ts'
import { tokenise } from '#domain/tables/sql-tokens.ts'
import type { Table } from '#domain/tables/table.ts'
import { BARS, tablesFrom } from './table-folder.ts'

const where = {
  stage: 'dev',
  run: '20261121T120301-3f2a',
  lakeBucket: 'the-lake',
  scratchBucket: 'the-scratch',
  silverJob: 'silver-job',
}

function tableOf(name: string, text = BARS): Table {
  const table = tablesFrom({ 'gold/bars.sql': text }).find((table) => table.name === name)
  if (table === undefined) throw new Error(`no table ${name}`)
  return table
}

const whole = BARS.replace('day: trade_date\n', '').replace(' where trade_date = :day', '')

test('the plan of a table of days, word for word', () => {
  const plan = planRefresh(tableOf('gold.bars'), { ...where, date: '2026-11-20' })
  expect(plan).toEqual({
    run: '20261121T120301-3f2a',
    table: 'gold.bars',
    date: '2026-11-20',
    candidate: 'gold_bars__20261121t120301_3f2a',
    build: {
      kind: 'athena',
      sql: `CREATE TABLE "lodestream_dev_candidates"."gold_bars__20261121t120301_3f2a"
WITH (table_type = 'ICEBERG', is_external = false, format = 'PARQUET', location = 's3://the-scratch/candidates/gold.bars/20261121T120301-3f2a/')
AS SELECT
  CAST("symbol" AS varchar) AS "symbol",
  CAST("trade_date" AS date) AS "trade_date",
  CAST("volume" AS decimal(38,8)) AS "volume"
FROM (
with ticks_of_day as (
  select * from "lodestream_dev_silver"."ticks" where trade_date = date '2026-11-20' -- not gold.other
),
bars as (
  select symbol, trade_date, sum(quantity) as volume from ticks_of_day group by symbol, trade_date
)
select * from bars
)`,
    },
    check: `WITH candidate AS (
  SELECT * FROM "lodestream_dev_candidates"."gold_bars__20261121t120301_3f2a"
),
published AS (
  SELECT * FROM "lodestream_dev_gold"."bars" WHERE "trade_date" = date '2026-11-20'
),
broken AS (
  SELECT
    count_if("symbol" IS NULL OR "trade_date" IS NULL) AS rule_0,
    count_if("trade_date" IS DISTINCT FROM date '2026-11-20') AS rule_1,
    count_if(NOT coalesce((volume > 0), false)) AS rule_2,
    count_if(NOT coalesce((symbol <> 'a;b'), false)) AS rule_3
  FROM candidate
),
repeated AS (
  SELECT coalesce(sum("rows"), 0) AS repeated
  FROM (SELECT count(*) AS "rows" FROM candidate GROUP BY "symbol", "trade_date" HAVING count(*) > 1)
),
changed AS (
  SELECT
    count_if(o."symbol" IS NULL) AS inserted,
    count_if(n."symbol" IS NOT NULL AND o."symbol" IS NOT NULL AND (n."volume" IS DISTINCT FROM o."volume")) AS updated,
    count_if(n."symbol" IS NULL) AS deleted
  FROM candidate AS n
  FULL JOIN published AS o ON n."symbol" = o."symbol" AND n."trade_date" = o."trade_date"
)
SELECT rule, severity, "rows"
FROM broken CROSS JOIN repeated CROSS JOIN changed
CROSS JOIN UNNEST(ARRAY[
  ROW('grain is unique: symbol, trade_date', 'block', repeated),
  ROW('grain is not null: symbol, trade_date', 'block', rule_0),
  ROW('trade_date is 2026-11-20', 'block', rule_1),
  ROW('volume > 0', 'block', rule_2),
  ROW('symbol <> ''a;b''', 'warn', rule_3),
  ROW('inserted', 'change', inserted),
  ROW('updated', 'change', updated),
  ROW('deleted', 'change', deleted)
]) AS found (rule, severity, "rows")
WHERE "rows" > 0 OR severity = 'change'`,
    publish: `MERGE INTO "lodestream_dev_gold"."bars" AS t
USING (
  SELECT
    coalesce(n."symbol", o."symbol") AS "symbol",
    coalesce(n."trade_date", o."trade_date") AS "trade_date",
    n."volume",
    n."symbol" IS NULL AS "is gone"
  FROM "lodestream_dev_candidates"."gold_bars__20261121t120301_3f2a" AS n
  FULL JOIN (SELECT "symbol", "trade_date" FROM "lodestream_dev_gold"."bars" WHERE "trade_date" = date '2026-11-20') AS o
    ON n."symbol" = o."symbol" AND n."trade_date" = o."trade_date"
) AS s
ON t."symbol" = s."symbol" AND t."trade_date" = s."trade_date" AND t."trade_date" = date '2026-11-20'
WHEN MATCHED AND s."is gone"
  THEN DELETE
WHEN MATCHED AND (t."volume" IS DISTINCT FROM s."volume")
  THEN UPDATE SET "volume" = s."volume"
WHEN NOT MATCHED
  THEN INSERT ("symbol", "trade_date", "volume") VALUES (s."symbol", s."trade_date", s."volume")`,
    drop: 'DROP TABLE IF EXISTS `lodestream_dev_candidates`.`gold_bars__20261121t120301_3f2a`',
  })
})

test('a whole table is compared and merged without a slice', () => {
  const plan = planRefresh(tableOf('gold.bars', whole), where)
  expect(plan).not.toHaveProperty('date')
  expect(plan.check).toContain('SELECT * FROM "lodestream_dev_gold"."bars"\n')
  expect(plan.publish).toContain('ON t."symbol" = s."symbol" AND t."trade_date" = s."trade_date"\nWHEN')
  for (const sql of [plan.check, plan.publish]) expect(sql).not.toMatch(/date '/)
})

test('a table that is all key is never updated', () => {
  const text = BARS.replace('[symbol, trade_date]', '[symbol, trade_date, volume]')
  const plan = planRefresh(tableOf('gold.bars', text), { ...where, date: '2026-11-20' })
  expect(plan.publish).not.toContain('UPDATE')
  expect(plan.check).toContain('CAST(0 AS bigint) AS updated')
})

test('silver is built by the job, which is told everything', () => {
  const plan = planRefresh(tableOf('silver.ticks'), { ...where, date: '2026-11-20' })
  expect(plan.build).toMatchObject({
    kind: 'glue',
    job: 'silver-job',
    arguments: {
      '--event': 'tick',
      '--date': '2026-11-20',
      '--bronze': 's3://the-lake/bronze/',
      '--candidate_database': 'lodestream_dev_candidates',
      '--candidate_table': 'silver_ticks__20261121t120301_3f2a',
      '--candidate_location': 's3://the-scratch/candidates/silver.ticks/20261121T120301-3f2a/',
      '--contract': expect.stringContaining('"event":"tick"'),
    },
  })
})

describe('refused are', () => {
  const bars = tableOf('gold.bars')
  test.each(['', '2026-02-30', '2026-11-20 ', "2026-11-20' or true --", '20261120', '2026-1-2'])(
    'the day %j',
    (date) => {
      expect(() => planRefresh(bars, { ...where, date })).toThrow('is no day')
    },
  )

  test('a table of days without one, and a whole table with one', () => {
    expect(() => planRefresh(bars, where)).toThrow('gold.bars is refreshed by the day (trade_date): say which one')
    expect(() => planRefresh(tableOf('gold.bars', whole), { ...where, date: '2026-11-20' })).toThrow('rebuilt whole')
  })

  test.each(['', 'a b', "a'", 'a/b', 'a'.repeat(65)])('the run %j', (run) => {
    expect(() => planRefresh(bars, { ...where, run, date: '2026-11-20' })).toThrow('names no run')
  })
})

test('no statement leaves anything open', () => {
  for (const table of tablesFrom({ 'gold/bars.sql': BARS })) {
    const { build, check, publish, drop } = planRefresh(table, { ...where, date: '2026-11-20' })
    for (const sql of [check, publish, drop, ...(build.kind === 'athena' ? [build.sql] : [])]) {
      expect(tokenise(sql).filter(({ kind }) => kind === 'parameter' || kind === 'unclosed')).toEqual([])
    }
  }
})
