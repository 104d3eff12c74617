import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadMigrations } from '#adapters/sql-files/load-migrations.ts'
import { loadTables } from '#adapters/sql-files/load-tables.ts'
import { qualified } from '#domain/lake/names.ts'
import type { Lake, LakeRow } from '#domain/ports.ts'
import { tradeDateOf, tradeDateSql } from '#domain/tables/market-day.ts'
import { missing, render } from '#domain/tables/migrations.ts'
import { planRefresh } from '#domain/tables/plan-refresh.ts'
import type { RefreshPlan, Table, TableName } from '#domain/tables/table.ts'
import { type Refresh, refreshesOf } from '#domain/tables/table-graph.ts'
import { seeded, seedOf } from '../contracts/random.ts'
import { insertsOf } from '../domain/tables/market-in-sql.ts'
import { goldOf, instant, marketOf, type SmallMarket } from '../domain/tables/small-market.ts'
import { type StartedLake, startLake } from './lake-on-trino.ts'

const sql = resolve(import.meta.dirname, '../../sql')
const tables = loadTables(sql)
const gold = tables.filter(({ name }) => name.startsWith('gold.'))
const home = mkdtempSync(join(tmpdir(), 'lodestream-table-sql-'))
const days = ['2026-11-18', '2026-11-19', '2026-11-20'] as const
const buckets = { lakeBucket: 'lake', scratchBucket: 'scratch', silverJob: 'none' }

let started: StartedLake
let lake: Lake
let market: SmallMarket
let runs = 0

beforeAll(async () => {
  started = await startLake(home, ['lake', 'scratch'])
  lake = started.lake
  for (const migration of loadMigrations(sql)) {
    for (const statement of render(migration, { stage: 'local', lakeBucket: 'lake' })) await lake.query(statement)
  }
  market = marketOf(seeded(seedOf('tables')), days)
  await Promise.all(insertsOf(market).map((insert) => lake.query(insert)))
  await refreshAll({ 'silver.ticks': days, 'silver.fills': days }, build)
})

afterAll(async () => {
  await started?.stop()
  rmSync(home, { recursive: true })
})

const tableOf = (name: TableName): Table => {
  const table = tables.find((table) => table.name === name)
  if (table === undefined) throw new Error(`no table ${name}`)
  return table
}

function planOf(table: Table, date: string | undefined): RefreshPlan {
  runs += 1
  return planRefresh(table, { stage: 'local', run: `r${runs}`, ...(date === undefined ? {} : { date }), ...buckets })
}

/** Builds and publishes: the first days, of which nothing is there to be checked against. */
async function build(table: Table, date: string | undefined): Promise<void> {
  const plan = planOf(table, date)
  await lake.query(sqlOf(plan))
  await lake.query(plan.publish)
}

/** Builds, checks, and publishes as a run does, differing or not. @returns what the check found */
async function refresh(table: Table, date: string | undefined, publish = true): Promise<readonly LakeRow[]> {
  const plan = planOf(table, date)
  await lake.query(sqlOf(plan))
  const found = await lake.query(plan.check)
  if (publish) await lake.query(plan.publish)
  await lake.query(plan.drop)
  return found
}

function sqlOf({ table, build }: RefreshPlan): string {
  if (build.kind !== 'athena') throw new Error(`${table} is built elsewhere`)
  return build.sql
}

/** Refreshes gold where days of silver changed: a table's days one after the other, tables of a wave at once. */
async function refreshAll(
  changed: Partial<Record<TableName, readonly string[]>>,
  run: (table: Table, date: string | undefined) => Promise<unknown>,
): Promise<readonly Refresh[]> {
  const known = new Map(tables.filter(({ build }) => build.kind === 'glue').map(({ name }) => [name, days]))
  const waves = refreshesOf(tables, new Map(Object.entries(changed) as [TableName, string[]][]), known)
  for (const wave of waves) {
    const byTable = Map.groupBy(wave, ({ table }) => table)
    await Promise.all(
      gold.map(async (table) => {
        for (const { date } of byTable.get(table.name) ?? []) await run(table, date)
      }),
    )
  }
  return waves.flat().filter(({ table }) => table.startsWith('gold.'))
}

const rowsOf = ({ name, grain }: Table): Promise<readonly LakeRow[]> =>
  lake.query(`SELECT * FROM ${qualified('local', name)} ORDER BY ${grain.join(', ')}`)

/** How many commits a table has seen. */
async function commitsOf({ name }: Table): Promise<number> {
  const snapshots = qualified('local', name).replace(/"$/, '$snapshots"')
  const [row] = await lake.query(`SELECT count(*) AS commits FROM ${snapshots}`)
  return Number(row?.commits)
}

/** A check's rows by rule. */
const counts = (found: readonly LakeRow[]) => Object.fromEntries(found.map(({ rule, rows }) => [rule, Number(rows)]))

async function expectGold(): Promise<void> {
  const expected = goldOf(market)
  await Promise.all(gold.map(async (table) => expect(await rowsOf(table), table.name).toEqual(expected[table.name])))
}

test('every gold table equals what is worked out apart, to the last digit', async () => {
  expect(Object.keys(goldOf(market)).toSorted()).toEqual(gold.map(({ name }) => name).toSorted())
  await expectGold()
})

test('a rerun of what has not changed finds nothing to do, and adds no snapshot where it publishes all the same', async () => {
  await Promise.all(
    gold.map(async (table) => {
      const before = await commitsOf(table)
      const found = await refresh(table, table.day === undefined ? undefined : days[1])
      expect(counts(found), table.name).toEqual({ inserted: 0, updated: 0, deleted: 0 })
      expect(await commitsOf(table), table.name).toBe(before)
    }),
  )
})

test('a late trade and a vanished fill: the days they touch are refreshed, the others are left', async () => {
  const [monday, tuesday] = days
  const tick = market.ticks.find(({ symbol, date }) => symbol === 'ETH' && date === monday)
  const fill = market.fills.find(({ date }) => date === tuesday)
  if (tick === undefined || fill === undefined) throw new Error('the market has no such day')
  const late = { ...tick, id: 9_000, at: tick.at + 3_600_000, price: tick.price * 3n + 1n }
  market = { ticks: [...market.ticks, late], fills: market.fills.filter(({ id }) => id !== fill.id) }
  const bars = tableOf('gold.ohlc_daily')
  const before = await commitsOf(bars)
  await Promise.all([
    ...insertsOf({ ticks: [late], fills: [] }).map((insert) => lake.query(insert)),
    lake.query(`DELETE FROM ${qualified('local', 'silver.fills')} WHERE execution_id = 'e${fill.id}'`),
  ])
  const changes = new Map<TableName, readonly LakeRow[]>()
  const refreshed = await refreshAll({ 'silver.ticks': [monday], 'silver.fills': [tuesday] }, async (table, date) => {
    changes.set(table.name, await refresh(table, date))
  })
  expect(refreshed.map(({ table, date }) => `${table} ${date ?? ''}`.trim()).toSorted()).toEqual([
    ...days.map((date) => `gold.daily_pnl ${date}`),
    `gold.fact_fills ${tuesday}`,
    'gold.latest_price',
    `gold.ohlc_daily ${monday}`,
  ])
  await expectGold()
  expect(await commitsOf(bars)).toBe(before + 1)
  expect(counts(changes.get('gold.ohlc_daily') ?? [])).toEqual({ inserted: 0, updated: 1, deleted: 0 })
  expect(counts(changes.get('gold.fact_fills') ?? [])).toEqual({ inserted: 0, updated: 0, deleted: 1 })
})

test('a check says which rule how many rows break; null breaks it as well', async () => {
  const date = '2026-11-30'
  const tick = market.fills[0]
  if (tick === undefined) throw new Error('the market has no fill')
  const of = (id: number, price: bigint) => ({ ...tick, id, date, price })
  const fills = qualified('local', 'silver.fills')
  for (const insert of insertsOf({ ticks: [], fills: [of(1, 5n), of(2, -5n), of(3, 5n), of(3, 5n), of(4, 5n)] })) {
    await lake.query(insert)
  }
  await lake.query(`UPDATE ${fills} SET price = NULL WHERE execution_id = 'e1' AND trade_date = DATE '${date}'`)
  await lake.query(`UPDATE ${fills} SET execution_id = NULL WHERE execution_id = 'e4' AND trade_date = DATE '${date}'`)
  const found = await refresh(tableOf('gold.fact_fills'), date, false)
  expect(found).toContainEqual({ rule: 'price > 0', severity: 'block', rows: '2' })
  expect(counts(found)).toMatchObject({
    'grain is unique: execution_id': 2,
    'grain is not null: execution_id': 1,
    'price > 0': 2,
    updated: 0,
  })
  await expectGold()
})

test("the market's day is the same in SQL", async () => {
  const instants = ['2026-03-08', '2026-07-06', '2026-11-01', '2026-12-31'].flatMap((date) =>
    [20, 21, 22].flatMap((hour) => [-1, 0, 1].map((off) => Date.parse(`${date}T${hour}:00:00Z`) + off)),
  )
  const values = instants.map((at, n) => `(${n}, timestamp '${instant(at).slice(0, -3)}')`)
  const rows = await lake.query(
    `SELECT ${tradeDateSql('at')} AS trade_date FROM (VALUES ${values.join(', ')}) AS t (n, at) ORDER BY n`,
  )
  expect(rows.map(({ trade_date }) => trade_date)).toEqual(instants.map(tradeDateOf))
})

describe('a column that a table gains', () => {
  test('is empty in rows of before, and filled for the day that is refreshed', async () => {
    const bars = tableOf('gold.ohlc_daily')
    if (bars.build.kind !== 'athena') throw new Error('ohlc_daily is built elsewhere')
    const select = bars.build.select.replace('count(*) ', 'max(quantity) as largest, count(*) ')
    const wider: Table = {
      ...bars,
      columns: [...bars.columns, { name: 'largest', type: 'decimal(38,8)', doc: 'Largest trade.' }],
      build: { kind: 'athena', select: select.replace('\n  trades,', '\n  largest,\n  trades,') },
    }
    const statements = missing([wider], loadMigrations(sql))
    for (const statement of render(
      { id: '9999_wider', sql: statements.join(';') },
      { stage: 'local', lakeBucket: 'lake' },
    )) {
      await lake.query(statement)
    }
    await refresh(wider, days[2])
    const rows = await rowsOf(wider)
    expect(rows.map(({ largest, ...rest }) => rest)).toEqual(goldOf(market)['gold.ohlc_daily'])
    expect(new Set(rows.map(({ trade_date, largest }) => `${trade_date} ${largest === undefined}`))).toEqual(
      new Set([`${days[0]} true`, `${days[1]} true`, `${days[2]} false`]),
    )
  })
})
