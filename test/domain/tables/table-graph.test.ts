import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Affects, Table, TableName } from '#domain/tables/table.ts'
import { downstreamOf, refreshesOf, tablesOn, wavesOf } from '#domain/tables/table-graph.ts'

const table = (
  name: TableName,
  reads: readonly TableName[],
  more: { readonly affects?: Affects; readonly whole?: true; readonly schedule?: string } = {},
): Table => ({
  name,
  doc: `One row per ${name}.`,
  grain: ['id'],
  ...(more.whole ? {} : { day: 'trade_date' }),
  schedule: more.schedule ?? 'market_close',
  affects: more.affects ?? 'none',
  columns: [{ name: 'id', type: 'varchar', doc: 'Names it.' }],
  checks: [],
  reads,
  build: { kind: 'athena', select: 'select 1' },
})

const ticks = table('silver.ticks', ['bronze.events'])
const fills = table('silver.fills', ['bronze.events'])
const bars = table('gold.bars', ['silver.ticks'])
const pnl = table('gold.pnl', ['silver.fills', 'gold.bars'], { affects: 'later' })
const week = table('gold.week', ['gold.bars'], { affects: 6 })
const latest = table('gold.latest', ['gold.bars'], { whole: true, schedule: 'hourly' })
const ranks = table('gold.ranks', ['gold.latest', 'silver.fills'])
const all = [ranks, latest, week, pnl, bars, fills, ticks]

const names = (waves: readonly (readonly Table[])[]) => waves.map((wave) => wave.map(({ name }) => name))

describe('order', () => {
  test('each table stands behind what it reads', () => {
    expect(names(wavesOf(all))).toEqual([
      ['silver.fills', 'silver.ticks'],
      ['gold.bars'],
      ['gold.latest', 'gold.pnl', 'gold.week'],
      ['gold.ranks'],
    ])
  })

  test('whatever graph without a circle: all tables, once, none before what it reads', () => {
    const graphs = fc.array(fc.array(fc.nat()), { maxLength: 12 }).map((edges) =>
      edges.map((targets, at) =>
        table(
          `gold.t${at}`,
          targets.filter(() => at > 0).map((target): TableName => `gold.t${target % at}`),
        ),
      ),
    )
    fc.assert(
      fc.property(graphs, (tables) => {
        const order = wavesOf(tables.toReversed())
        expect(order.flat().toSorted((a, b) => tables.indexOf(a) - tables.indexOf(b))).toEqual(tables)
        const waveOf = new Map(order.flatMap((wave, at) => wave.map(({ name }) => [name, at] as const)))
        for (const { name, reads } of tables) {
          for (const read of reads) expect(waveOf.get(read)).toBeLessThan(waveOf.get(name) ?? 0)
        }
      }),
    )
  })

  test('a circle is named', () => {
    const circle = [
      table('gold.a', ['gold.b', 'silver.ticks']),
      table('gold.b', ['gold.c']),
      table('gold.c', ['gold.a']),
    ]
    expect(() => wavesOf([...circle, ticks, table('gold.d', ['gold.a'])])).toThrow(
      'Tables read each other in a circle: gold.a → gold.b → gold.c → gold.a.',
    )
  })

  test('downstream are all readers, over any number of steps', () => {
    expect(downstreamOf(['silver.ticks'], all)).toEqual(
      new Set(['silver.ticks', 'gold.bars', 'gold.latest', 'gold.pnl', 'gold.week', 'gold.ranks']),
    )
  })

  test("a schedule's tables bring what they read", () => {
    expect(tablesOn('hourly', all).map(({ name }) => name)).toEqual(['gold.latest', 'gold.bars', 'silver.ticks'])
    expect(tablesOn('never', all)).toEqual([])
  })
})

describe('what changed days reach', () => {
  const days = ['2026-11-16', '2026-11-17', '2026-11-20', '2026-11-23', '2026-11-24']
  const known = new Map<TableName, readonly string[]>([
    ['silver.ticks', days],
    ['silver.fills', days],
    // Of what nobody here reads: it makes no day of theirs.
    ['silver.daily_bars', ['2026-11-18', '2026-11-26']],
  ])
  const reached = (changed: Partial<Record<TableName, readonly string[]>>, tables = all) =>
    Object.groupBy(
      refreshesOf(tables, new Map(Object.entries(changed) as [TableName, string[]][]), known).flat(),
      ({ table }) => table,
    )
  const datesOf = (refreshes: readonly { readonly date?: string }[] | undefined) => refreshes?.map(({ date }) => date)

  test('the day itself, where a table looks at no other', () => {
    const found = reached({ 'silver.ticks': ['2026-11-17'] })
    expect(datesOf(found['silver.ticks'])).toEqual(['2026-11-17'])
    expect(datesOf(found['gold.bars'])).toEqual(['2026-11-17'])
    expect(found['silver.fills']).toBeUndefined()
  })

  test('every known day from it on, where positions run on', () => {
    const found = reached({ 'silver.fills': ['2026-11-20', '2026-11-17'] })
    expect(datesOf(found['gold.pnl'])).toEqual(['2026-11-17', '2026-11-20', '2026-11-23', '2026-11-24'])
    expect(found['gold.bars']).toBeUndefined()
  })

  test('as many calendar days as it says, of those that there are', () => {
    expect(datesOf(reached({ 'silver.ticks': ['2026-11-17'] })['gold.week'])).toEqual([
      '2026-11-17',
      '2026-11-20',
      '2026-11-23',
    ])
  })

  test('a whole table once, and with it every day of its readers', () => {
    const found = reached({ 'silver.ticks': ['2026-11-20', '2026-11-23'] })
    expect(found['gold.latest']).toEqual([{ table: 'gold.latest' }])
    expect(datesOf(found['gold.ranks'])).toEqual(days)
  })

  test('a day that is new to the lake', () => {
    expect(datesOf(reached({ 'silver.fills': ['2026-11-25'] })['gold.pnl'])).toEqual(['2026-11-25'])
  })

  test('nothing, where nothing changed', () => {
    expect(reached({})).toEqual({})
    expect(reached({ 'silver.ticks': [] })).toEqual({})
  })
})
