import { describe, expect, it } from 'vitest'
import type { LakeRow } from '#domain/ports.ts'
import { type PlannedWaves, planMany } from '#lambdas/refresh-planner/plan-many.ts'
import { readRequest } from '#lambdas/refresh-planner/requests.ts'
import { smallPlanner } from './small-planner.ts'

/** Rows of bronze by event and day; what arrived recently; what runs have left. */
interface Lake {
  readonly counts: Readonly<Record<string, number>>
  readonly recent?: readonly string[]
  readonly runs?: readonly LakeRow[]
}

const split = (key: string) => {
  const [event_type = '', of_day = ''] = key.split(' ')
  return { event_type, of_day }
}

const plan = async (input: object, { counts, recent = Object.keys(counts), runs = [] }: Lake) => {
  const { planner } = smallPlanner((sql) => {
    if (sql.includes('DISTINCT')) return recent.map(split)
    if (sql.includes('"runs"')) return runs
    return Object.entries(counts).map(([key, rows]) => ({ ...split(key), rows: String(rows) }))
  })
  const request = readRequest({ do: 'plan_many', run: 'r', ...input })
  if (request.do !== 'plan_many') throw new Error(`${request.do} is no plan`)
  return planMany(request, planner)
}

const named = ({ waves }: PlannedWaves) =>
  waves.map(({ tables }) => tables.flatMap(({ runs }) => runs.map(({ what }) => what)))
const good = (
  table: string,
  date: string,
  rows: number,
  began = '2026-11-20T10:00:00Z',
  published?: string,
): LakeRow => ({
  table_name: table,
  refreshed_date: date,
  source_rows: table.startsWith('silver') ? String(rows) : undefined,
  began_at: began,
  published_at: published,
})

describe('a refresh without days', () => {
  it('takes exactly the days whose bronze is no longer what their last good run was made from', async () => {
    const planned = await plan(
      { tables: ['silver.ticks', 'gold.ohlc_daily'] },
      {
        counts: { 'tick 2026-11-18': 10, 'tick 2026-11-19': 11, 'tick 2026-11-20': 5 },
        runs: [
          good('silver.ticks', '2026-11-18', 10),
          good('silver.ticks', '2026-11-19', 10),
          good('gold.ohlc_daily', '2026-11-18', 0),
          good('gold.ohlc_daily', '2026-11-19', 0),
        ],
      },
    )
    expect(named(planned)).toEqual([
      ['silver.ticks of 2026-11-19', 'silver.ticks of 2026-11-20'],
      ['gold.ohlc_daily of 2026-11-19', 'gold.ohlc_daily of 2026-11-20'],
    ])
  })

  it('leaves alone what nothing arrived for, although an old run is not remembered', async () => {
    const planned = await plan(
      { tables: ['silver.ticks'] },
      { counts: { 'tick 2026-11-18': 10, 'tick 2026-11-20': 5 }, recent: ['tick 2026-11-20'] },
    )
    expect(named(planned)).toEqual([['silver.ticks of 2026-11-20']])
  })

  it('plans nothing where nothing is new', async () => {
    expect(await plan({}, { counts: {} })).toMatchObject({ waves: [] })
  })

  it('moves every later day where a table says that a change does', async () => {
    const planned = await plan(
      { tables: ['silver.fills', 'gold.daily_pnl'] },
      {
        counts: { 'fill 2026-11-18': 9, 'fill 2026-11-19': 4, 'tick 2026-11-20': 4 },
        recent: ['fill 2026-11-18'],
        runs: [good('silver.fills', '2026-11-19', 4), good('silver.ticks', '2026-11-20', 4)],
      },
    )
    expect(named(planned)).toEqual([
      ['silver.fills of 2026-11-18'],
      ['gold.daily_pnl of 2026-11-18', 'gold.daily_pnl of 2026-11-19', 'gold.daily_pnl of 2026-11-20'],
    ])
  })

  it('catches up gold that failed after its silver was published', async () => {
    const runs = (began: string) => [
      good('silver.ticks', '2026-11-20', 5, '2026-11-20T10:00:00Z', '2026-11-20T10:01:00Z'),
      good('gold.ohlc_daily', '2026-11-20', 0, began),
    ]
    const lake = { counts: { 'tick 2026-11-20': 5 } }
    const tables = ['silver.ticks', 'gold.ohlc_daily']
    expect(named(await plan({ tables }, { ...lake, runs: runs('2026-11-20T09:00:00Z') }))).toEqual([
      ['gold.ohlc_daily of 2026-11-20'],
    ])
    expect(named(await plan({ tables }, { ...lake, runs: runs('2026-11-20T10:02:00Z') }))).toEqual([])
  })
})

describe('a refresh of named days', () => {
  it('takes named tables on exactly these days', async () => {
    const planned = await plan(
      { dates: ['2026-11-20'], tables: ['gold.daily_pnl'] },
      { counts: { 'tick 2026-11-21': 1 } },
    )
    expect(named(planned)).toEqual([['gold.daily_pnl of 2026-11-20']])
  })

  it('takes all tables that have events otherwise, whole ones once, and each after what it reads', async () => {
    const planned = await plan(
      { dates: ['2026-11-20'] },
      { counts: { 'tick 2026-11-20': 1, 'fill 2026-11-20': 1, 'purchase 2026-11-21': 1 } },
    )
    expect(named(planned)[0]).toEqual(['silver.fills of 2026-11-20', 'silver.ticks of 2026-11-20'])
    expect(
      named(planned)
        .flat()
        .filter((what) => what.startsWith('gold.latest_price')),
    ).toEqual(['gold.latest_price'])
  })

  it('leaves out a table that has no events on that day and never had, but not one whose events have gone', async () => {
    const run = (table: string, rows: number) => good(table, '2026-11-20', rows)
    const planned = await plan(
      { dates: ['2026-11-20'] },
      { counts: { 'tick 2026-11-20': 1 }, runs: [run('silver.fills', 3), run('silver.purchases', 0)] },
    )
    expect(named(planned)[0]).toEqual(['silver.fills of 2026-11-20', 'silver.ticks of 2026-11-20'])
    expect(named(await plan({ dates: ['2026-11-20'] }, { counts: {} }))).toEqual([])
  })

  it('says of each run which earlier ones it builds upon, and names it after table, day and run', async () => {
    const { waves } = await plan(
      { dates: ['2026-11-19', '2026-11-20'] },
      { counts: { 'tick 2026-11-19': 1, 'tick 2026-11-20': 1, 'fill 2026-11-20': 1 } },
    )
    const runs = waves.flatMap(({ tables }) => tables.flatMap((table) => table.runs))
    expect(runs.find(({ what }) => what === 'gold.ohlc_daily of 2026-11-20')).toEqual({
      name: 'gold.ohlc_daily-2026-11-20-r',
      what: 'gold.ohlc_daily of 2026-11-20',
      input: { table: 'gold.ohlc_daily', date: '2026-11-20' },
      needs: ['silver.ticks-2026-11-20-r'],
    })
    expect(runs.find(({ what }) => what === 'gold.latest_price')).toMatchObject({
      name: 'gold.latest_price-all-r',
      needs: ['gold.ohlc_daily-2026-11-19-r', 'gold.ohlc_daily-2026-11-20-r'],
    })
    const seen = new Set<string>()
    for (const { tables } of waves) {
      for (const { needs } of tables.flatMap((table) => table.runs))
        for (const need of needs) expect(seen).toContain(need)
      for (const { name } of tables.flatMap((table) => table.runs)) seen.add(name)
    }
  })

  it.each([
    [{ schedule: 'nightly' }, /^There is no schedule nightly/],
    [{ tables: ['gold.nonsense'] }, /^There is no table gold\.nonsense/],
    [{ dates: ['yesterday'] }, /is no day/],
    [{ dates: ['2027-01-01'] }, /has not begun/],
    [{ since: '2026-13-01' }, /is no day/],
    [
      {
        dates: Array.from({ length: 90 }, (_, n) => new Date(Date.UTC(2026, 6, 1 + n)).toISOString().slice(0, 10)),
        tables: ['silver.ticks', 'silver.fills', 'gold.daily_pnl', 'gold.fact_fills', 'gold.ohlc_daily'],
      },
      /are too many at once/,
    ],
  ])('refuses %j in a sentence', async (input, says) => {
    await expect(plan(input, { counts: {} })).rejects.toThrow(says)
    await expect(plan(input, { counts: {} })).rejects.toMatchObject({ name: 'Refusal' })
  })
})
