import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AthenaClient } from '@aws-sdk/client-athena'
import { CreateDatabaseCommand, CreateTableCommand, GlueClient, type TableInput } from '@aws-sdk/client-glue'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { DuckDBInstance } from '@duckdb/node-api'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AthenaStatements } from '#adapters/athena/athena-statements.ts'
import { S3ConditionalObjects } from '#adapters/s3/conditional-objects.ts'
import { loadMigrations } from '#adapters/sql-files/load-migrations.ts'
import { loadTables } from '#adapters/sql-files/load-tables.ts'
import { events } from '#domain/events/events.ts'
import { databaseOf } from '#domain/lake/names.ts'
import { runMigrations } from '#lambdas/lake-migrations/run-migrations.ts'
import { finish } from '#lambdas/refresh-planner/finish.ts'
import { planMany } from '#lambdas/refresh-planner/plan-many.ts'
import { planTable } from '#lambdas/refresh-planner/plan-table.ts'
import type { Planner } from '#lambdas/refresh-planner/planner.ts'
import { readRequest } from '#lambdas/refresh-planner/requests.ts'
import { sweep } from '#lambdas/refresh-planner/sweep.ts'
import { LakeStack } from '#lib/stacks/lake-stack.ts'
import { local } from '#lib/stages/local.ts'
import { loadState } from '#local/state.ts'
import { type StartedLake, startLake } from './lake-on-trino.ts'

const LAKE = 'lodestream-local-lake-000000000000'
const SCRATCH = 'lodestream-local-scratch-000000000000'
const home = mkdtempSync(join(tmpdir(), 'lodestream-planner-'))
const running = new Set<string>()
let started: StartedLake
let objects: S3ConditionalObjects
let planner: Planner
let storage: S3Client

const aws = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }

/** The external tables as the stack declares them. */
const tablesOfStack = (): readonly { readonly DatabaseName: string; readonly TableInput: TableInput }[] => {
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } })
  const stack = new LakeStack(app, 'Lake', { stage: local, events })
  return Object.values(Template.fromStack(stack).findResources('AWS::Glue::Table')).map(({ Properties }) => Properties)
}

/** Puts ticks into bronze, each at its moment, all arrived on one day. */
async function land(file: string, ingestDate: string, moments: readonly string[]): Promise<void> {
  const parquet = join(home, `${file}.parquet`)
  const db = await (await DuckDBInstance.create()).connect()
  const rows = moments.map((at, n) => `('${file}-${n}', timestamp '${at}')`).join(', ')
  await db.run(
    `COPY (SELECT id AS event_id, moment AS occurred_at, moment AS received_at, moment AS appended_at, 'market_data_raw' AS topic,
      0::integer AS "partition", '0' AS "offset", 1::integer AS schema_version, '{}' AS payload, NULL::varchar AS payload_pointer
      FROM (VALUES ${rows}) AS t (id, moment)) TO '${parquet}' (FORMAT parquet)`,
  )
  await storage.send(
    new PutObjectCommand({
      Bucket: LAKE,
      Key: `bronze/ingest_date=${ingestDate}/event_type=tick/${file}.parquet`,
      Body: readFileSync(parquet),
    }),
  )
}

beforeAll(async () => {
  started = await startLake(home, [LAKE, SCRATCH])
  const { ports } = loadState(home)
  storage = new S3Client({ ...aws, endpoint: `http://127.0.0.1:${ports.localstack}`, forcePathStyle: true })
  const catalogue = new GlueClient({ ...aws, endpoint: `http://127.0.0.1:${ports.glue}` })
  for (const layer of ['bronze', 'ops'] as const) {
    await catalogue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: databaseOf('local', layer) } }))
  }
  for (const { DatabaseName, TableInput } of tablesOfStack()) {
    await catalogue.send(new CreateTableCommand({ DatabaseName, TableInput }))
  }
  objects = new S3ConditionalObjects(storage, LAKE)
  planner = {
    stage: 'local',
    tables: loadTables('sql'),
    schedules: ['market_close', 'hourly'],
    lake: started.lake,
    statements: new AthenaStatements(
      'tables',
      new AthenaClient({ ...aws, endpoint: `http://127.0.0.1:${ports.athena}` }),
    ),
    objects,
    executions: { isRunning: async (execution) => running.has(execution) },
    lakeBucket: LAKE,
    scratchBucket: SCRATCH,
    silverJob: 'silver',
    now: () => Date.parse('2026-11-21T12:00:00Z'),
  }
}, 240_000)

afterAll(async () => {
  storage?.destroy()
  await started?.stop()
  rmSync(home, { recursive: true })
})

describe('objects under conditions', () => {
  it('are written by exactly one of several', async () => {
    expect(await objects.get('a')).toBeUndefined()
    const created = await Promise.all(['1', '2', '3', '4'].map((text) => objects.create('a', text)))
    expect(created.filter(Boolean)).toHaveLength(1)
    const tag = (await objects.get('a'))?.tag ?? ''
    const replaced = await Promise.all(['5', '6', '7', '8'].map((text) => objects.replace('a', text, tag)))
    expect(replaced.filter(Boolean)).toHaveLength(1)
    expect((await objects.get('a'))?.text).toBe(String(5 + replaced.indexOf(true)))
    expect(await objects.replace('none', '9', tag)).toBe(false)
  })
})

describe('migrations', () => {
  it('make every published table, and once more nothing, even where the ledger is lost', async () => {
    const migrating = { ...planner, migrations: loadMigrations('sql') }
    expect(await runMigrations(migrating)).toEqual(migrating.migrations.map(({ id }) => id))
    expect(await runMigrations(migrating)).toEqual([])
    await objects.put('ops/migrations.json', '{"migrations": {}}')
    await runMigrations(migrating)
    const rows = await planner.lake.query(
      "SELECT table_schema, table_name, column_name FROM information_schema.columns WHERE table_schema IN ('lodestream_local_silver', 'lodestream_local_gold') ORDER BY ordinal_position",
    )
    for (const { name, columns } of planner.tables) {
      const made = rows.filter((row) => `lodestream_local_${name}` === `${row.table_schema}.${row.table_name}`)
      expect(new Set(made.map(({ column_name }) => column_name))).toEqual(new Set(columns.map((column) => column.name)))
    }
  })

  it('add a column once, though nobody wrote it down', async () => {
    const migrating = {
      ...planner,
      objects,
      migrations: [{ id: '0009_more', sql: 'ALTER TABLE gold.latest_price ADD COLUMNS (`more` string);' }],
    }
    await runMigrations(migrating)
    await objects.put('ops/migrations.json', '{"migrations": {}}')
    expect(await runMigrations(migrating)).toEqual(['0009_more'])
  })
})

const many = async (input: object) => {
  const request = readRequest({ do: 'plan_many', run: 'r', tables: ['silver.ticks'], ...input })
  if (request.do !== 'plan_many') throw new Error('no plan')
  const { waves } = await planMany(request, planner)
  return waves.flatMap(({ tables }) => tables.flatMap(({ runs }) => runs.map(({ what }) => what)))
}

const run = async (execution: string, date: string, outcome: string) => {
  const of = { table: 'silver.ticks', date, name: execution, execution: `arn:${execution}` }
  const plan = await planTable({ do: 'plan', ...of }, planner)
  const request = readRequest({
    do: 'finish',
    ...of,
    outcome,
    started_at: '2026-11-21T11:00:00Z',
    checks: [],
    source_rows: plan.source_rows,
  })
  if (request.do !== 'finish') throw new Error('no end')
  await finish(request, planner)
  return plan.source_rows
}

describe('days that rows touch', () => {
  it('are exactly those of which more has landed than their last good run counted', async () => {
    expect(await many({})).toEqual([])
    // 22:00 UTC is 17:00 in New York in November: the next day begins.
    await land('first', '2026-11-20', ['2026-11-20 21:59:59.999', '2026-11-20 22:00:00', '2026-11-20 22:00:00'])
    expect(await many({})).toEqual(['silver.ticks of 2026-11-20', 'silver.ticks of 2026-11-21'])
    expect(await run('a', '2026-11-20', 'published')).toBe(1)
    expect(await run('b', '2026-11-21', 'failed')).toBe(2)
    expect(await many({})).toEqual(['silver.ticks of 2026-11-21'])
    expect(await run('c', '2026-11-21', 'unchanged')).toBe(2)
    expect(await many({})).toEqual([])
    await land('late', '2026-11-21', ['2026-11-18 12:00:00', '2026-11-20 12:00:00'])
    expect(await many({})).toEqual(['silver.ticks of 2026-11-18', 'silver.ticks of 2026-11-20'])
  })
})

describe('candidates of the dead', () => {
  const candidate = (name: string) =>
    planner.lake.query(
      `CREATE TABLE "lodestream_local_candidates"."${name}" WITH (table_type = 'ICEBERG', is_external = false, format = 'PARQUET', location = 's3://${SCRATCH}/candidates/${name}/') AS SELECT 1 AS one`,
    )

  it('are swept, statements and all; those of the living stay', async () => {
    running.add('arn:living')
    const plan = await planTable(
      { do: 'plan', table: 'silver.fills', date: '2026-11-20', name: 'living', execution: 'arn:living' },
      planner,
    )
    await candidate(plan.candidate)
    await candidate('gold_x__dead')
    expect(await sweep(planner)).toEqual({ dropped: ['gold_x__dead'] })
    const rows = await planner.lake.query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'lodestream_local_candidates'",
    )
    expect(rows).toEqual([{ table_name: plan.candidate }])
  })
})
