import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parseExecutionName } from '#adapters/stepfunctions/recent-runs.ts'
import type { TableRun, WholeRun } from '#adapters/stepfunctions/refresh-runs.ts'
import { steppedText, whatText } from '../../bin/runs/run-text.ts'
import { headline, tableRunsText } from '../../bin/runs/table-runs.ts'

const NOW = 100_000
const published: TableRun = {
  table: 'gold.ohlc_daily',
  date: '2026-11-20',
  state: 'published',
  startedAt: 0,
  stoppedAt: 12_345,
  inserted: 1_234,
  deleted: 1,
}
const failed: TableRun = {
  table: 'gold.daily_pnl',
  date: '2026-11-20',
  state: 'failed',
  startedAt: 20_000,
  stoppedAt: 90_000,
  says: 'fees >= 0 fails for 3 rows: nothing was published.',
}
const running: TableRun = { table: 'gold.latest_price', state: 'running', step: 'Publish', startedAt: 95_000 }

test('tables of a run are a line each, with what they changed, or why they failed', () => {
  expect(tableRunsText([published, failed, running], NOW, false).split('\n')).toEqual([
    'table              day         state                  time  rows',
    'gold.ohlc_daily    2026-11-20  published            12.3 s  1,234 inserted, 1 deleted',
    'gold.daily_pnl     2026-11-20  failed           1 min 10 s  –                          fees >= 0 fails for 3 rows: nothing was published.',
    'gold.latest_price  whole       running Publish       5.0 s  –',
  ])
})

test('colours shift no column', () => {
  const coloured = tableRunsText([published, failed], NOW, true)
  expect(stripVTControlCharacters(coloured)).toBe(tableRunsText([published, failed], NOW, false))
  expect(coloured).not.toBe(tableRunsText([published, failed], NOW, false))
})

test('the headline begins with what matters most', () => {
  const run: WholeRun = {
    run: 'r1',
    status: 'FAILED',
    startedAt: 0,
    stoppedAt: 90_000,
    tables: [published, failed, { ...failed, state: 'skipped' }],
  }
  expect(headline(run, NOW)).toBe('Run r1 of 2 tables: 1 failed, 1 skipped, 1 published, in 1 min 30 s')
  expect(headline({ ...run, tables: [] }, NOW)).toBe('Run r1: nothing to refresh, in 1 min 30 s')
})

test('a table with its steps names its queries, its warnings and its reason', () => {
  const steps = [
    { state: 'Plan', enteredAt: 20_000, exitedAt: 21_500 },
    { state: 'BuildBySelect', enteredAt: 21_500, exitedAt: 30_000, started: { kind: 'query' as const, id: 'q-1' } },
    { state: 'Check', enteredAt: 30_000, error: 'CheckFailed' },
  ]
  const table = { ...failed, warnings: [{ rule: 'trades > 10', rows: 1 }] }
  expect(steppedText({ table, steps }, NOW, false).split('\n')).toEqual([
    'gold.daily_pnl 2026-11-20: failed, 1 min 10 s, –',
    '  Plan                      1.5 s',
    '  BuildBySelect             8.5 s  query q-1',
    '  Check                 1 min 0 s  CheckFailed',
    '  warns: trades > 10 (1 row)',
    '  fees >= 0 fails for 3 rows: nothing was published.',
  ])
})

describe('an execution', () => {
  test.each([
    [
      'gold.ohlc_daily-2026-11-20-20261121T120301-3f2a',
      { table: 'gold.ohlc_daily', date: '2026-11-20', run: '20261121T120301-3f2a' },
    ],
    ['gold.latest_price-all-r1', { table: 'gold.latest_price', run: 'r1' }],
    ['0e7e5f3a-7c5e-4b0e-9c7e-3b1d', undefined],
  ])('%s is of %j', (name, of) => {
    expect(parseExecutionName(name)).toEqual(of)
  })

  test('of several tables says how many, and over which days', () => {
    const of = (...tables: [string, string?][]) =>
      whatText({ tables: tables.map(([table, date]) => ({ table, ...(date && { date }) })) })
    expect(of()).toBe('nothing yet')
    expect(of(['gold.a', '2026-11-20'])).toBe('gold.a 2026-11-20')
    expect(of(['gold.a'])).toBe('gold.a whole')
    expect(of(['gold.a', '2026-11-20'], ['gold.a', '2026-11-19'], ['gold.b'])).toBe(
      '2 tables, 2026-11-19 to 2026-11-20',
    )
  })
})
