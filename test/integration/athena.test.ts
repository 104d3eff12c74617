import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateWorkGroupCommand,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  type QueryExecution,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { trino } from '#local/engines/trino.ts'
import { runningPart } from '#local/process.ts'
import { type Scene, startScene } from './athena-scene.ts'

const home = mkdtempSync(join(tmpdir(), 'lodestream-athena-'))
let scene: Scene

beforeAll(async () => {
  scene = await startScene(home)
})

afterAll(async () => {
  await scene.stop()
  rmSync(home, { recursive: true, force: true })
})

const iceberg = (table: string) =>
  `table_type = 'ICEBERG', is_external = false, format = 'PARQUET', location = 's3://lake/${table}/'`

async function keysBelow(prefix: string): Promise<string[]> {
  const { Contents = [] } = await scene.s3.send(new ListObjectsV2Command({ Bucket: 'lake', Prefix: prefix }))
  return Contents.map(({ Key = '' }) => Key)
}

async function textAt(location: string | undefined): Promise<string | undefined> {
  const Key = location?.replace('s3://lake/', '')
  return (await scene.s3.send(new GetObjectCommand({ Bucket: 'lake', Key }))).Body?.transformToString()
}

describe('results', () => {
  it('keep every digit, and tell null from an empty text, in the API and in S3', async () => {
    const { QueryExecutionId, ResultConfiguration } = await scene.end(`
      SELECT DECIMAL '12345678901234567890123456789.12345678' AS amount, TIMESTAMP '2026-11-20 21:59:59.999999' AS at,
        9007199254740993 AS big, '' AS empty, CAST(NULL AS varchar) AS nothing, 'say "hi", twice' AS said`)
    const values = ['12345678901234567890123456789.12345678', '2026-11-20 21:59:59.999999', '9007199254740993', '']
    const names = ['amount', 'at', 'big', 'empty', 'nothing', 'said']
    const { ResultSet } = await scene.athena.send(new GetQueryResultsCommand({ QueryExecutionId }))
    expect(ResultSet?.Rows?.map(({ Data }) => Data?.map(({ VarCharValue }) => VarCharValue))).toEqual([
      names,
      [...values, undefined, 'say "hi", twice'],
    ])
    const [amount] = ResultSet?.ResultSetMetadata?.ColumnInfo ?? []
    expect(amount).toMatchObject({ Type: 'decimal', Precision: 37, Scale: 8 })
    expect(await textAt(ResultConfiguration?.OutputLocation)).toBe(
      `${names.map((name) => `"${name}"`).join(',')}\n${values.map((value) => `"${value}"`).join(',')},,"say ""hi"", twice"\n`,
    )
  })

  it('come in pages, the header once', async () => {
    const { QueryExecutionId } = await scene.end('SELECT n FROM UNNEST(sequence(1, 2500)) t(n) ORDER BY n')
    const pages: GetQueryResultsCommandOutput[] = []
    do {
      const NextToken = pages.at(-1)?.NextToken
      pages.push(await scene.athena.send(new GetQueryResultsCommand({ QueryExecutionId, NextToken })))
    } while (pages.at(-1)?.NextToken)
    const rows = pages.map(({ ResultSet }) => (ResultSet?.Rows ?? []).map(({ Data }) => Data?.[0]?.VarCharValue))
    expect(rows.map(({ length }) => length)).toEqual([1000, 1000, 501])
    expect(rows.flat()).toEqual(['n', ...Array.from({ length: 2500 }, (_, index) => `${index + 1}`)])
  })

  it('of the same select are given again where that is asked for', async () => {
    const reuse = { ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: 1 } }
    const sql = 'SELECT now() AS at'
    const [first, again, other] = [
      await scene.rows(sql, { ResultReuseConfiguration: reuse }),
      await scene.end(sql, { ResultReuseConfiguration: reuse }),
      await scene.rows(sql),
    ]
    expect(again.Statistics?.ResultReuseInformation?.ReusedPreviousResult).toBe(true)
    expect(await textAt(again.ResultConfiguration?.OutputLocation)).toContain(first[0]?.[0])
    expect(other).not.toEqual(first)
  })

  it('take parameters for ?', async () => {
    const ExecutionParameters = ["'it''s'", '2', "DATE '2026-11-20'"]
    const sql = "SELECT 1 WHERE ? = 'it''s' AND ? = 2 AND ? < DATE '2026-11-21'"
    expect(await scene.rows(sql, { ExecutionParameters })).toEqual([['1']])
    expect(await scene.failure(sql)).toMatch(/Incorrect number of parameters/)
  })
})

describe('Iceberg tables', () => {
  it('are created, altered, written, compacted and dropped with their data', async () => {
    await scene.rows(`CREATE TABLE ticks (\`id\` string, price decimal(38,8), at timestamp, day date)
      PARTITIONED BY (day) LOCATION 's3://lake/ticks/' TBLPROPERTIES ('table_type'='ICEBERG', 'format'='parquet')`)
    await scene.rows(
      "INSERT INTO ticks VALUES ('a', DECIMAL '1.00000001', TIMESTAMP '2026-11-20 21:59:59.999999', DATE '2026-11-20')",
    )
    await scene.rows('ALTER TABLE ticks ADD COLUMNS (`note` string)')
    expect(await scene.rows('SELECT * FROM "lake"."ticks"')).toEqual([
      ['a', '1.00000001', '2026-11-20 21:59:59.999999', '2026-11-20', undefined],
    ])
    await scene.rows("UPDATE ticks SET note = 'late' WHERE id = 'a'")
    await scene.rows("ALTER TABLE ticks SET TBLPROPERTIES ('vacuum_max_snapshot_age_seconds'='0')")
    await scene.rows('OPTIMIZE ticks REWRITE DATA USING BIN_PACK')
    await scene.rows('VACUUM ticks')
    expect(await scene.rows('SELECT count(*) FROM "ticks$snapshots"')).toEqual([['1']])
    expect(await scene.rows('SELECT id, note FROM ticks')).toEqual([['a', 'late']])
    expect(await keysBelow('ticks/')).not.toEqual([])
    await scene.rows('DROP TABLE `lake`.`ticks`')
    expect(await keysBelow('ticks/')).toEqual([])
    expect(await scene.failure('DROP TABLE ticks')).toMatch(/Table not found lake.ticks/)
    await scene.rows('DROP TABLE IF EXISTS ticks')
  })

  it('are published by one MERGE, which adds no snapshot where nothing differs', async () => {
    const rows = "(VALUES ('a', DECIMAL '1.5'), ('b', DECIMAL '2.0')) t(id, quantity)"
    await scene.rows(`CREATE TABLE published WITH (${iceberg('published')}) AS SELECT * FROM ${rows} WHERE id = 'a'`)
    await scene.rows(`CREATE TABLE candidate WITH (${iceberg('candidate')}) AS SELECT * FROM ${rows}`)
    const merge = `MERGE INTO published AS t USING (
        SELECT coalesce(n.id, o.id) AS id, n.quantity, n.id IS NULL AS "is gone"
        FROM candidate AS n FULL JOIN published AS o ON n.id = o.id
      ) AS s ON t.id = s.id
      WHEN MATCHED AND s."is gone" THEN DELETE
      WHEN MATCHED AND t.quantity IS DISTINCT FROM s.quantity THEN UPDATE SET quantity = s.quantity
      WHEN NOT MATCHED THEN INSERT (id, quantity) VALUES (s.id, s.quantity)`
    const snapshots = () => scene.rows('SELECT snapshot_id FROM "published$snapshots"')
    await scene.rows(merge)
    const before = await snapshots()
    await scene.rows(merge)
    expect(await snapshots()).toEqual(before)
    expect(await scene.rows('SELECT id FROM published ORDER BY id')).toEqual([['a'], ['b']])
    await scene.rows("DELETE FROM candidate WHERE id = 'a'")
    await scene.rows(merge)
    expect(await scene.rows('SELECT id FROM published')).toEqual([['b']])
  })
})

describe('refused as Athena refuses it', () => {
  it('more than 100 partitions a write, into tables of either kind', async () => {
    const select = (count: number) => `SELECT n, n AS p FROM UNNEST(sequence(1, ${count})) t(n)`
    const hive = "external_location = 's3://lake/many/', partitioned_by = ARRAY['p']"
    expect(await scene.failure(`CREATE TABLE many WITH (${hive}) AS ${select(101)}`)).toMatch(
      /^HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100/,
    )
    const wide = `CREATE TABLE wide WITH (${iceberg('wide')}, partitioning = ARRAY['p'])`
    expect(await scene.failure(`${wide} AS ${select(101)}`)).toMatch(/TOO_MANY_OPEN_PARTITIONS/)
  })

  it('Hive tables: times of six digits, a folder that holds something, changes of rows; their data outlives them', async () => {
    const at = "TIMESTAMP '2026-11-20 21:59:59.999999'"
    const create = (select: string) => `CREATE TABLE plain WITH (external_location = 's3://lake/plain/') AS ${select}`
    expect(await scene.failure(create(`SELECT ${at} AS at`))).toMatch(/timestamp\(6\)/)
    await scene.rows(create(`SELECT CAST(${at} AS timestamp(3)) AS at`))
    expect(await scene.failure(create('SELECT 1 AS n').replace('plain', 'other'))).toMatch(/^HIVE_PATH_ALREADY_EXISTS/)
    expect(await scene.failure('DELETE FROM plain')).toMatch(/^NOT_SUPPORTED: DELETE/)
    expect(await scene.failure('UPDATE plain SET at = at')).toMatch(/^NOT_SUPPORTED: UPDATE/)
    expect(await scene.failure('VACUUM plain')).toMatch(/^NOT_SUPPORTED: VACUUM/)
    await scene.rows('DROP TABLE plain')
    expect(await keysBelow('plain/')).toHaveLength(1)
  })

  it('a query that reads more than its workgroup allows', async () => {
    const Configuration = { EnforceWorkGroupConfiguration: false, BytesScannedCutoffPerQuery: 10_000_000 }
    await scene.athena.send(new CreateWorkGroupCommand({ Name: 'small', Configuration }))
    const noise =
      'SELECT n, to_utf8(cast(random() AS varchar)) AS x, random() AS y FROM UNNEST(sequence(1, 10000)) t(n)'
    const large = `${noise} CROSS JOIN UNNEST(sequence(1, 60)) u(m)`
    await scene.rows(`CREATE TABLE large WITH (${iceberg('large')}) AS ${large}`)
    const { Status } = await scene.end('SELECT count(DISTINCT x), sum(y) FROM large', { WorkGroup: 'small' })
    expect(Status).toMatchObject({
      State: 'CANCELLED',
      StateChangeReason: expect.stringMatching(/Bytes scanned limit/),
    })
  })
})

it('partition projection hides partitions that are registered', async () => {
  await scene.rows("UNLOAD (SELECT 1 AS n) TO 's3://lake/projected/day=2026-11-20/' WITH (format = 'PARQUET')")
  await scene.rows("UNLOAD (SELECT 2 AS n) TO 's3://lake/projected/day=2025-01-01/' WITH (format = 'PARQUET')")
  await scene.rows(`CREATE EXTERNAL TABLE projected (n int) PARTITIONED BY (day string) STORED AS PARQUET
    LOCATION 's3://lake/projected/' TBLPROPERTIES ('projection.enabled'='true', 'projection.day.type'='date',
    'projection.day.format'='yyyy-MM-dd', 'projection.day.range'='2026-01-01,2026-12-31')`)
  await scene.rows("ALTER TABLE projected ADD PARTITION (day = '2025-01-01')")
  expect(await scene.rows('SELECT n, day FROM projected')).toEqual([['1', '2026-11-20']])
})

it('the engine listens on loopback alone, and stays the same when started twice', async () => {
  const before = runningPart(home, 'trino')
  const address = await trino.start({ home })
  expect(runningPart(home, 'trino')).toEqual(before)
  // Every address of 127.0.0.0/8 is this machine; a server bound to all interfaces would answer there, too.
  await expect(fetch(address.replace('127.0.0.1', '127.0.0.2'))).rejects.toThrow()
})

/** Ten thousand million rows: minutes of work. */
const endless =
  'SELECT count(*) FROM UNNEST(sequence(1, 10000)) a(x), UNNEST(sequence(1, 10000)) b(y), UNNEST(sequence(1, 1000)) c(z) WHERE x * y + z = 7'

const isRunning = ({ Status }: QueryExecution) => Status?.State === 'RUNNING'
const isEnded = ({ Status }: QueryExecution) => Status?.CompletionDateTime !== undefined

it('a stopped query stops in the engine, too', async () => {
  const id = await scene.start(endless)
  await scene.until(id, isRunning)
  await scene.athena.send(new StopQueryExecutionCommand({ QueryExecutionId: id }))
  const { Status } = await scene.until(id, isEnded)
  expect(Status?.State).toBe('CANCELLED')
  expect(await statesInEngine(id)).toEqual(['FAILED'])
})

it('an engine that dies fails the query it ran, which may be tried again; the next waits for its return', async () => {
  const running = await scene.start(endless)
  await scene.until(running, isRunning)
  const engine = runningPart(home, 'trino')
  if (!engine) throw new Error('Trino does not run')
  process.kill(engine.pid, 'SIGKILL')
  const { Status } = await scene.until(running, isEnded)
  expect(Status).toMatchObject({ State: 'FAILED', AthenaError: { Retryable: true, ErrorCategory: 1 } })
  const waiting = await scene.start('SELECT 7')
  const restarted = trino.start({ home })
  expect((await scene.until(waiting, () => true)).Status?.State).toBe('QUEUED')
  await restarted
  expect((await scene.until(waiting, isEnded)).Status?.State).toBe('SUCCEEDED')
})

/** The states of what the engine ran for a query of ours. */
async function statesInEngine(id: string): Promise<string[]> {
  const address = await trino.start({ home })
  const headers = { 'X-Trino-User': 'test' }
  const queries = await (await fetch(`${address}/v1/query`, { headers })).json()
  if (!Array.isArray(queries)) throw new Error('Trino lists no queries')
  return queries.filter(({ session }) => session.source === id).map(({ state }) => state)
}
