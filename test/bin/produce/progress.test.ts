import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NO_FAULTS } from '#feeds/faults/faulty-records.ts'
import { prose, showProgress, summed } from '../../../bin/produce/progress.ts'
import type { Terminal } from '../../../bin/terminal.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A terminal that keeps what is noted. */
function terminalOf(ci: boolean): Terminal & { readonly notes: string[] } {
  const notes: string[] = []
  return { json: false, live: false, ci, notes, result: () => undefined, note: (line) => notes.push(line) }
}

test('a pipe gets a line every ten seconds, with the rate since the last, and none after the end', () => {
  const terminal = terminalOf(false)
  const tally = { accepted: 0, acknowledged: 0 }
  {
    using _progress = showProgress(terminal, () => new Map([['market_data_raw', tally]]), 40_000)
    for (const acknowledged of [10_000, 30_000]) {
      Object.assign(tally, { accepted: acknowledged + 5, acknowledged })
      vi.advanceTimersByTime(10_000)
    }
  }
  vi.advanceTimersByTime(60_000)
  expect(terminal.notes).toEqual([
    '10,000 of 10,005 acknowledged, 1,000/s, 25 % of all',
    '30,000 of 30,005 acknowledged, 2,000/s, 75 % of all',
  ])
})

test('CI gets none', () => {
  const terminal = terminalOf(true)
  using _progress = showProgress(terminal, () => new Map(), undefined)
  vi.advanceTimersByTime(60_000)
  expect(terminal.notes).toEqual([])
})

const tally = new Map([
  ['market_data_raw', { accepted: 900, acknowledged: 899 }],
  ['trades_raw', { accepted: 100, acknowledged: 100 }],
  ['news_raw', { accepted: 0, acknowledged: 0 }],
])

test('a person reads what was sent, what of it is faulty, and the most frequent of many codes', () => {
  const bad = new Map(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((code, i) => [code, i + 1]))
  expect(prose(summed(tally, { bad, duplicated: 20, late: 3 }, 2_000, true)).split('\n')).toEqual([
    '1,000 events produced, 999 acknowledged in 2.0 s (500/s), then interrupted',
    '  market_data_raw: 900 produced, 899 acknowledged',
    '  trades_raw: 100 produced, 100 acknowledged',
    '  of them bad: 28 (7 g, 6 f, 5 e, 4 d, 3 c, 2 more codes: see --json)',
    '  of them duplicates: 20',
    '  of them late: 3',
  ])
})

test('where nothing is faulty nothing is said of it', () => {
  const none = { bad: new Map<string, number>(), duplicated: NO_FAULTS.duplicate, late: NO_FAULTS.late }
  expect(prose(summed(tally, none, 1_000, false)).split('\n').length).toBe(3)
})
