import { describe, expect, it } from 'vitest'
import { attemptOf, executionName, runOf, runOfRefresh } from '#domain/tables/execution-name.ts'

const bars = { table: 'gold.ohlc_daily', date: '2026-11-20' } as const

describe('the name of an execution', () => {
  it('holds table, day and run, and gives the run back', () => {
    const run = '20261121T120301-3f2a'
    expect(executionName(bars, run)).toBe('gold.ohlc_daily-2026-11-20-20261121T120301-3f2a')
    expect(runOf(executionName(bars, run), bars)).toBe(run)
    const whole = { table: 'gold.latest_price' } as const
    expect(runOf(executionName(whole, run), whole)).toBe(run)
  })

  it('that a person or the console chose is the run itself', () => {
    expect(runOf('8f14e45f-ceea-467f-a0d1-b4a1c2e8b8a1', bars)).toBe('8f14e45f-ceea-467f-a0d1-b4a1c2e8b8a1')
    expect(runOf('gold.ohlc_daily-2026-11-20-', bars)).toBe('gold.ohlc_daily-2026-11-20-')
  })

  it('fits into the 80 characters that Step Functions allows, however long that of the refresh was', () => {
    const run = runOfRefresh(`${'a'.repeat(36)}_${'b'.repeat(36)}`)
    expect(executionName({ ...bars, table: 'gold.grouped_avg_daily' }, run).length).toBeLessThanOrEqual(80)
  })
})

describe('what a candidate is named after', () => {
  it('differs from day to day of one run, and is letters, digits, hyphens and underscores', () => {
    expect(attemptOf('r', '2026-11-20')).not.toBe(attemptOf('r', '2026-11-21'))
    expect(attemptOf('my run: again', '2026-11-20')).toMatch(/^[\w-]{1,64}$/)
    expect(attemptOf('x'.repeat(80), '2026-11-20')).toMatch(/^2026-11-20-x{53}$/)
  })
})
