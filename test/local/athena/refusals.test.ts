import { describe, expect, it } from 'vitest'
import { longestStatement, readStatement } from '#local/bridges/athena/sql/read-statement.ts'
import { engineSql } from './setting.ts'

describe('refused when a query is started', () => {
  it.each([
    ['', /is empty/],
    [' -- nothing\n', /is empty/],
    ['SELECT 1; SELECT 2', /Only one sql statement is allowed/],
    ["SELECT 'open", /not closed/],
    ['CALL iceberg.system.migrate()', /not supported/],
    ['CREATE CATALOG c USING memory', /not supported/],
    ['CREATE ROLE r', /not supported/],
    ['CREATE FUNCTION f() RETURNS int RETURN 1', /not supported/],
    ['WITH FUNCTION f() RETURNS int RETURN 1 SELECT f()', /not supported/],
    ['SET SESSION query_max_run_time = 1', /not supported/],
    ['RESET SESSION a', /not supported/],
    ['USE lake', /not supported/],
    ['GRANT SELECT ON t TO USER u', /not supported/],
    ['REVOKE SELECT ON t FROM USER u', /not supported/],
    ['START TRANSACTION', /not supported/],
    ['COMMIT', /not supported/],
    ['TRUNCATE TABLE t', /not supported/],
    ['ANALYZE t', /not supported/],
    ['COMMENT ON TABLE t IS NULL', /not supported/],
    ['KILL QUERY', /not supported/],
    ['CREATE MATERIALIZED VIEW v AS SELECT 1', /not supported/],
    ['SHOW CATALOGS', /mismatched input 'CATALOGS'/],
    ['SHOW SESSION', /mismatched/],
    ['SHOW ROLES', /mismatched/],
    ['SHOW STATS FOR t', /mismatched/],
    ['ALTER TABLE t EXECUTE optimize', /mismatched input 'EXECUTE'/],
    ['ALTER TABLE t RENAME TO u', /mismatched input 'RENAME'/],
    ['ALTER TABLE t SET PROPERTIES a = 1', /mismatched/],
    ['INSERT OVERWRITE t SELECT 1', /mismatched input 'OVERWRITE'/],
    ["CREATE EXTERNAL TABLE t LIKE u LOCATION 's3://lake/t/'", /not supported/],
    ["CREATE TABLE t (a int) LOCATION 's3://lake/t/'", /Only external table creation is supported/],
    ["CREATE TABLE t (a int) TBLPROPERTIES ('table_type'='ICEBERG')", /No location/],
    [
      "CREATE EXTERNAL TABLE t (a int) LOCATION 's3://lake/t/' TBLPROPERTIES ('table_type'='ICEBERG')",
      /External keyword not supported for table type ICEBERG/,
    ],
    ['SELECT * FROM system.runtime.queries', /Catalog 'system' does not exist/],
    ['INSERT INTO iceberg.lake.t SELECT 1', /Catalog 'iceberg' does not exist/],
    ['SELECT * FROM a JOIN "iceberg"."lake"."t" ON true', /Catalog 'iceberg' does not exist/],
    ['DROP TABLE iceberg.lake.t', /Catalog 'iceberg' does not exist/],
  ])('%s', (sql, message) => {
    expect(() => readStatement(sql)).toThrow(message)
    expect(() => readStatement(sql)).toThrow(expect.objectContaining({ type: 'InvalidRequestException' }))
  })

  it('takes 262,144 bytes of text, and not one more', () => {
    const padded = (bytes: number) => `SELECT '${'é'.repeat((bytes - 10) / 2)}' `
    expect(Buffer.byteLength(padded(longestStatement))).toBe(262_144)
    expect(readStatement(padded(longestStatement)).subtype).toBe('SELECT')
    expect(() => readStatement(`${padded(longestStatement)} `)).toThrow(/exceeds the maximum length/)
  })

  it('quotes names in DDL with backticks, in queries with double quotes, and neither the other way', () => {
    expect(readStatement('DROP TABLE `lake`.`t`').subtype).toBe('DROP_TABLE')
    expect(() => readStatement('DROP TABLE "lake"."t"')).toThrow(/mismatched input '"lake"'/)
    expect(() => readStatement('CREATE TABLE `c` AS SELECT 1 x')).toThrow(/mismatched input '`c`'/)
    expect(() => readStatement('MERGE INTO `t` USING s ON true WHEN MATCHED THEN DELETE')).toThrow(/mismatched/)
  })
})

describe('failed before anything runs', () => {
  const ddl = (properties: string) =>
    `CREATE TABLE t (a int) LOCATION 's3://lake/t/' TBLPROPERTIES ('table_type'='ICEBERG', ${properties})`
  const ctas = (properties: string) => `CREATE TABLE t WITH (${properties}) AS SELECT 1 a`

  it.each([
    [ddl("'write.format.default'='parquet'"), /Unsupported table property key: write.format.default/],
    [ddl("'constructor'='x'"), /Unsupported table property key: constructor/],
    [ddl("'format'='csv'"), /Unsupported value 'csv'/],
    [ddl("'optimize_rewrite_delete_file_threshold'='50'"), /Unsupported value '50'/],
    [
      ctas("table_type = 'ICEBERG', is_external = false, location = 's3://lake/t/', sorted_by = ARRAY['a']"),
      /sorted_by/,
    ],
    [ctas("table_type = 'ICEBERG', is_external = false, external_location = 's3://lake/t/'"), /external_location/],
    [ctas("table_type = 'ICEBERG', location = 's3://lake/t/'"), /is_external = false/],
    [ctas("table_type = 'ICEBERG', is_external = false"), /location of an Iceberg table must be given/],
    [ctas("format = 'PARQUET', location = 's3://lake/t/'"), /property 'location' does not exist/],
    [ctas("format = 'PARQUET', transactional = true"), /property 'transactional' does not exist/],
    ["CREATE TABLE t (a tinyint) LOCATION 's3://lake/t/' TBLPROPERTIES ('table_type'='ICEBERG')", /type tinyint/],
    ["CREATE TABLE t (a varchar(3)) LOCATION 's3://lake/t/' TBLPROPERTIES ('table_type'='ICEBERG')", /varchar\(3\)/],
    [
      "CREATE TABLE t (a int) PARTITIONED BY (b) LOCATION 's3://lake/t/' TBLPROPERTIES ('table_type'='ICEBERG')",
      /partition column b/,
    ],
  ])('%s', async (sql, message) => {
    await expect(engineSql(sql)).rejects.toThrow(message)
    await expect(engineSql(sql)).rejects.toThrow(expect.objectContaining({ name: 'QueryFailure', isUserError: true }))
  })

  it('no location of their own for tables where the workgroup enforces one', async () => {
    const isLocationEnforced = true
    const hive = engineSql(ctas("external_location = 's3://lake/t/'"), { isLocationEnforced })
    await expect(hive).rejects.toThrow(/enforces a centralized output location/)
    const iceberg = ctas("table_type = 'ICEBERG', is_external = false, location = 's3://lake/t/'")
    await expect(engineSql(iceberg, { isLocationEnforced })).rejects.toThrow(/enforces a centralized output location/)
  })
})
