import { describe, expect, it } from 'vitest'
import { acquire, type Holder, LeaseHeld, release } from '#lambdas/refresh-planner/lease.ts'
import { planTable } from '#lambdas/refresh-planner/plan-table.ts'
import { sweep } from '#lambdas/refresh-planner/sweep.ts'
import { planOf, smallPlanner } from './small-planner.ts'

const KEY = 'ops/leases/gold.ohlc_daily.json'
const by = (name: string): Holder => ({
  execution: `arn:${name}`,
  run: name,
  candidate: `gold_ohlc_daily__${name}`,
  acquired_at: '2026-11-21T11:00:00.000Z',
})
const holderOf = (text: string | undefined): Holder | null => JSON.parse(text ?? 'null')?.holder ?? null

describe('a lease', () => {
  it('is had by exactly one of four that want it at once', async () => {
    const { planner, objects, running } = smallPlanner()
    const names = ['a', 'b', 'c', 'd']
    for (const name of names) running.add(`arn:${name}`)
    const results = await Promise.allSettled(names.map((name) => acquire('gold.ohlc_daily', by(name), planner)))
    const winners = names.filter((_, at) => results[at]?.status === 'fulfilled')
    expect(winners).toHaveLength(1)
    expect(holderOf(objects.texts.get(KEY)?.text)?.run).toBe(winners[0])
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(LeaseHeld)
  })

  it('is had by exactly one of four that find its holder dead', async () => {
    const { planner, objects, running } = smallPlanner()
    await acquire('gold.ohlc_daily', by('dead'), planner)
    const names = ['a', 'b', 'c', 'd']
    for (const name of names) running.add(`arn:${name}`)
    const results = await Promise.allSettled(names.map((name) => acquire('gold.ohlc_daily', by(name), planner)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(names).toContain(holderOf(objects.texts.get(KEY)?.text)?.run)
  })

  it('of a dead holder is cleared away before it changes hands: statements stopped, then the candidate dropped', async () => {
    const { planner, objects, running, done } = smallPlanner(() => {
      expect(holderOf(objects.texts.get(KEY)?.text)?.run).toBe('dead')
      return []
    })
    await acquire('gold.ohlc_daily', by('dead'), planner)
    running.add('arn:next')
    await acquire('gold.ohlc_daily', by('next'), planner)
    expect(done).toEqual([
      'stop "gold_ohlc_daily__dead"',
      'DROP TABLE IF EXISTS `lodestream_local_candidates`.`gold_ohlc_daily__dead`',
    ])
    expect(holderOf(objects.texts.get(KEY)?.text)?.run).toBe('next')
  })

  it('stays with its dead holder where that cannot be cleared away', async () => {
    const { planner, objects } = smallPlanner(() => {
      throw new Error('Athena is away')
    })
    await acquire('gold.ohlc_daily', by('dead'), planner)
    await expect(acquire('gold.ohlc_daily', by('next'), planner)).rejects.toThrow('Athena is away')
    expect(holderOf(objects.texts.get(KEY)?.text)?.run).toBe('dead')
  })

  it('is not taken from the living, who are named', async () => {
    const { planner, running, done } = smallPlanner()
    running.add('arn:a')
    await acquire('gold.ohlc_daily', by('a'), planner)
    await expect(acquire('gold.ohlc_daily', by('b'), planner)).rejects.toThrow(
      'gold.ohlc_daily is being refreshed by the run a since 2026-11-21T11:00:00.000Z.',
    )
    expect(done).toEqual([])
  })

  it('is had again by the execution that has it, whether it knows or not', async () => {
    const { planner, running } = smallPlanner()
    running.add('arn:a')
    await acquire('gold.ohlc_daily', by('a'), planner)
    await acquire('gold.ohlc_daily', by('a'), planner)
  })

  it('is free after release, and a zombie that comes back releases nothing', async () => {
    const { planner, objects, running } = smallPlanner()
    await acquire('gold.ohlc_daily', by('zombie'), planner)
    running.add('arn:next')
    await acquire('gold.ohlc_daily', by('next'), planner)
    await release('gold.ohlc_daily', 'arn:zombie', planner)
    expect(holderOf(objects.texts.get(KEY)?.text)?.run).toBe('next')
    await release('gold.ohlc_daily', 'arn:next', planner)
    running.add('arn:last')
    await acquire('gold.ohlc_daily', by('last'), planner)
    expect(holderOf(objects.texts.get(KEY)?.text)?.run).toBe('last')
  })
})

describe('planning a table', () => {
  it('takes the table, and names its candidate after run and day, so that no two share one', async () => {
    const { planner, objects } = smallPlanner()
    const name = 'gold.ohlc_daily-2026-11-20-20261121T120301-3f2a'
    const plan = await planTable(planOf(name), planner)
    expect(plan).toMatchObject({
      run: '20261121T120301-3f2a',
      date: '2026-11-20',
      candidate: 'gold_ohlc_daily__2026_11_20_20261121t120301_3f2a',
      source_rows: null,
    })
    expect(holderOf(objects.texts.get(KEY)?.text)).toMatchObject({
      execution: `arn:${name}`,
      candidate: plan.candidate,
    })
  })

  it('counts the bronze of a silver day once the table is its own', async () => {
    const { planner, objects, done } = smallPlanner(() => {
      expect(objects.texts.has('ops/leases/silver.ticks.json')).toBe(true)
      return [{ rows: '2001' }]
    })
    expect(await planTable(planOf('x', 'silver.ticks'), planner)).toMatchObject({ source_rows: 2001 })
    expect(done).toEqual([expect.stringContaining("ingest_date >= date '2026-11-19'")])
    expect(done[0]).toContain("= date '2026-11-20'")
  })

  it.each([
    [undefined, '2026-11-20', /^Say which table to refresh: .*gold\.ohlc_daily/],
    ['gold.nonsense', '2026-11-20', /^There is no table gold\.nonsense to refresh/],
    ['gold.ohlc_daily', undefined, /is refreshed by the day/],
    ['gold.latest_price', '2026-11-20', /is rebuilt whole/],
    ['gold.ohlc_daily', '2026-02-30', /is no day/],
    ['gold.ohlc_daily', '2026-11-23', /^2026-11-23 has not begun/],
  ])('refuses %s of %s in a sentence, and takes no table', async (table, date, says) => {
    const { planner, objects } = smallPlanner()
    const request = { ...planOf('x'), table, date }
    await expect(planTable(request, planner)).rejects.toThrow(says)
    await expect(planTable(request, planner)).rejects.toMatchObject({ name: 'Refusal' })
    expect(objects.texts.size).toBe(0)
  })

  it("takes tomorrow's trading day, which begins today at 17:00 in New York", async () => {
    const { planner } = smallPlanner()
    await expect(planTable(planOf('x', 'gold.ohlc_daily', '2026-11-22'), planner)).resolves.toMatchObject({
      date: '2026-11-22',
    })
  })
})

describe('a sweep', () => {
  it('drops what no living run holds, and gives the tables of the dead free', async () => {
    const { planner, objects, running, done } = smallPlanner((sql) =>
      sql.includes('information_schema')
        ? [{ table_name: 'gold_ohlc_daily__living' }, { table_name: 'silver_ticks__left_over' }]
        : [],
    )
    running.add('arn:living')
    await acquire('gold.ohlc_daily', by('living'), planner)
    await acquire('silver.fills', { ...by('dead'), candidate: 'silver_fills__dead' }, planner)
    expect(await sweep(planner)).toEqual({ dropped: ['silver_ticks__left_over'] })
    expect(done.filter((sql) => sql.startsWith('DROP'))).toEqual([
      'DROP TABLE IF EXISTS `lodestream_local_candidates`.`silver_fills__dead`',
      'DROP TABLE IF EXISTS `lodestream_local_candidates`.`silver_ticks__left_over`',
    ])
    expect(holderOf(objects.texts.get('ops/leases/silver.fills.json')?.text)).toBeNull()
    expect(holderOf(objects.texts.get(KEY)?.text)?.run).toBe('living')
  })
})
