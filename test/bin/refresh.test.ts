import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadTables } from '#adapters/sql-files/load-tables.ts'
import { repository } from '#local/state.ts'
import { dryPlans, plansText } from '../../bin/refresh/dry-run.ts'
import { newestDay, scopeOf } from '../../bin/refresh/scope.ts'

const tables = loadTables(join(repository, 'sql'))
/** 18:00 in New York, where the market's next day has begun an hour ago; UTC is an hour before its midnight. */
const EVENING = Date.UTC(2026, 10, 20, 23)

describe('what is refreshed', () => {
  test("may be the market's new day, which UTC does not have yet", () => {
    expect(newestDay(EVENING)).toBe('2026-11-21')
    expect(newestDay(Date.UTC(2026, 10, 20, 21, 59))).toBe('2026-11-20')
    expect(scopeOf({ date: ['2026-11-21'] }, tables, EVENING).input).toEqual({ dates: ['2026-11-21'] })
  })

  test('comes in the order of the graph, whatever the order of asking', () => {
    const { tables: chosen, input } = scopeOf(
      { date: ['2026-11-20', '2026-11-19'], tables: ['gold.latest_price', 'gold.ohlc_daily', 'silver.ticks'] },
      tables,
      EVENING,
    )
    expect(chosen.map(({ name }) => name)).toEqual(['silver.ticks', 'gold.ohlc_daily', 'gold.latest_price'])
    expect(input).toEqual({
      dates: ['2026-11-19', '2026-11-20'],
      tables: ['silver.ticks', 'gold.ohlc_daily', 'gold.latest_price'],
    })
  })

  test('is whatever is new, where nobody says anything', () => {
    expect(scopeOf({}, tables, EVENING).input).toEqual({})
    expect(scopeOf({ schedule: 'market_close' }, tables, EVENING).input).toEqual({ schedule: 'market_close' })
  })

  test.each([
    [{ date: ['2026-02-29'] }, '2026-02-29 is no day of the calendar'],
    [{ date: ['20261120'] }, '20261120 is no day'],
    [{ date: ['2026-11-20', '2026-11-22'] }, '2026-11-22 is yet to come'],
    [{ tables: ['gold.ohlc'] }, 'There is no table gold.ohlc'],
    [{ tables: ['bronze.events'] }, 'There is no table bronze.events'],
    [{ schedule: 'noon' }, 'No table is on a schedule noon'],
  ])('%j is refused in a sentence', (asked, says) => {
    expect(() => scopeOf(asked, tables, EVENING)).toThrow(says)
  })
})

describe('a dry run', () => {
  test('has each statement of each table and day, in order, and a whole table once', () => {
    const plans = dryPlans('local', tables, ['2026-11-19', '2026-11-20'])
    const days = tables.flatMap(({ name, day }) =>
      day === undefined ? [name] : [`${name} 2026-11-19`, `${name} 2026-11-20`],
    )
    expect(plans.map(({ table, date }) => (date === undefined ? table : `${table} ${date}`))).toEqual(days)
    const text = plansText(plans)
    for (const { build, check, publish, drop } of plans) {
      for (const sql of [check, publish, drop, ...(build.kind === 'athena' ? [build.sql] : [])])
        expect(text).toContain(`${sql};`)
    }
  })

  test('asks nobody for an account', () => {
    const [plan] = dryPlans('prod', tables, ['2026-11-20'])
    expect(JSON.stringify(plan)).toContain('lodestream-prod-lake-<account>')
  })

  test('needs the day', () => {
    expect(() => dryPlans('local', tables, [])).toThrow('add --date')
  })
})
