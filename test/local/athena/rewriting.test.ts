import { describe, expect, it } from 'vitest'
import { readStatement } from '#local/bridges/athena/sql/read-statement.ts'
import { engineSql } from './setting.ts'

const iceberg = "table_type = 'ICEBERG', is_external = false, location = 's3://scratch/c/'"

describe('CREATE TABLE AS', () => {
  it('of an Iceberg table goes to the catalogue that makes them, its select untouched', async () => {
    const select = `SELECT "a,b" -- ), not the end\n, ')' AS x FROM t WHERE "as" = 1`
    const [sql] = await engineSql(`CREATE TABLE "db"."c" WITH (${iceberg}, format = 'PARQUET') AS ${select};`)
    expect(sql).toBe(
      `CREATE TABLE "iceberg"."db"."c" WITH (format = 'PARQUET', location = 's3://scratch/c/') AS ${select}`,
    )
  })

  it('keeps partitioning as written, and the properties that Athena alone heeds', async () => {
    const more = `partitioning = ARRAY['day(at)', 'bucket(id, 4)'], vacuum_min_snapshots_to_keep = 3`
    const [sql] = await engineSql(`create table c with (${iceberg}, ${more}) as select 1 x`)
    expect(sql).toContain(`partitioning = ARRAY['day(at)', 'bucket(id, 4)']`)
    expect(sql).toContain(`extra_properties = MAP(ARRAY['vacuum_min_snapshots_to_keep'], ARRAY['3'])`)
  })

  it('puts an Iceberg table into the folder of the results where the workgroup enforces it', async () => {
    const [sql] = await engineSql("CREATE TABLE c WITH (table_type='ICEBERG', is_external=false) AS SELECT 1 x", {
      isLocationEnforced: true,
    })
    expect(sql).toContain("location = 's3://scratch/results/tables/7d3c3b5e-0000-4000-8000-000000000000/'")
  })

  it('is told from CREATE TABLE with columns, whose partitions may be called as they like', () => {
    expect(readStatement('CREATE TABLE c AS SELECT 1 x').subtype).toBe('CREATE_TABLE_AS_SELECT')
    const ddl = "CREATE TABLE c (`as` string) LOCATION 's3://lake/c/' TBLPROPERTIES ('table_type'='ICEBERG')"
    expect(readStatement(ddl).subtype).toBe('CREATE_TABLE')
  })
})

describe('CREATE TABLE of an Iceberg table', () => {
  it('translates types, transforms and properties', async () => {
    const [sql] = await engineSql(`
      CREATE TABLE IF NOT EXISTS silver.ticks (
        \`event_id\` string COMMENT 'it''s an id', -- a comment, with a comma
        n int, price decimal(38,8), at timestamp,
        tags array<string>, notes map<string,struct<by:string,at:timestamp>>
      )
      COMMENT 'all ticks'
      PARTITIONED BY (day(\`at\`), bucket(16, event_id), n)
      LOCATION 's3://lake/silver/ticks/'
      TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd')`)
    expect(sql).toBe(
      `CREATE TABLE IF NOT EXISTS "iceberg"."silver"."ticks" ("event_id" varchar COMMENT 'it''s an id', ` +
        '"n" integer, "price" decimal(38,8), "at" timestamp(6), "tags" array(varchar), ' +
        `"notes" map(varchar, row("by" varchar, "at" timestamp(6)))) COMMENT 'all ticks' WITH (format = 'PARQUET', ` +
        `extra_properties = MAP(ARRAY['write_compression'], ARRAY['zstd']), location = 's3://lake/silver/ticks/', ` +
        `partitioning = ARRAY['day("at")', 'bucket("event_id", 16)', '"n"'])`,
    )
  })
})

describe('what the engine understands by itself', () => {
  it.each([
    ['select 1 -- done', 'SELECT'],
    ['WITH a AS (SELECT 1 x) SELECT * FROM a', 'SELECT'],
    ['(SELECT 1)', 'SELECT'],
    ['INSERT INTO "db"."t" SELECT 1', 'INSERT'],
    ['EXPLAIN SELECT 1', 'EXPLAIN'],
    ['MERGE INTO db.t AS t USING s ON t.a = s.a WHEN MATCHED THEN DELETE', 'MERGE'],
  ])('%s runs as it is written', (sql, subtype) => {
    expect(readStatement(`/* first */ ${sql};`).subtype).toBe(subtype)
  })

  it('keeps comments and strings as they are', async () => {
    const sql = `SELECT ';' AS a, "x;y" FROM t /* ; */ WHERE b = '-- no comment'`
    expect(await engineSql(`${sql} ;  -- the end`)).toEqual([sql])
  })
})

it('tells whether `?` may stand in a statement', () => {
  const takes = (sql: string) => readStatement(sql).takesParameters
  expect(takes('SELECT * FROM t WHERE a = ?')).toBe(true)
  expect(takes('INSERT INTO t SELECT ?')).toBe(true)
  expect(takes('CREATE TABLE c AS SELECT * FROM t WHERE a = ?')).toBe(true)
  expect(takes("UNLOAD (SELECT * FROM t WHERE a = ?) TO 's3://lake/u/' WITH (format = 'PARQUET')")).toBe(true)
  expect(takes('MERGE INTO t USING s ON t.a = ? WHEN MATCHED THEN DELETE')).toBe(false)
  expect(takes('DELETE FROM t WHERE a = ?')).toBe(false)
  expect(takes('UPDATE t SET a = ?')).toBe(false)
})
