import { expect, test } from 'vitest'
import { Refusal } from '#domain/refusal.ts'
import {
  faultRatesOf,
  refuseContradictions,
  type SourceKind,
  type SourceName,
  type SourceOptions,
  sources,
} from '../../../bin/produce/source.ts'

const NOW = Date.UTC(2026, 10, 20, 12)
const HOUR = 3_600_000

test('one record in a hundred of a generated source is bad, and none of a real one', () => {
  const names = Object.keys(sources) as readonly SourceName[]
  const shares = names.map((name) => [name, faultRatesOf(name, {}).bad])
  expect(Object.fromEntries(shares)).toEqual({
    recorded: 0,
    simulated: 0.01,
    customers: 0.01,
    'us-stocks-daily': 0,
    binance: 0,
  })
  expect(faultRatesOf('simulated', { badDataRate: 0 })).toEqual({ bad: 0, duplicate: 0, late: 0 })
  expect(faultRatesOf('recorded', { badDataRate: 0.4, duplicateRate: 0.2, lateRate: 0.3 })).toEqual({
    bad: 0.4,
    duplicate: 0.2,
    late: 0.3,
  })
})

test.each<[SourceName, SourceOptions, string]>([
  ['simulated', { duplicateRate: 1, badDataRate: 0 }, 'A duplicate is one of a faultless record'],
  ['simulated', { duplicateRate: 0.3, badDataRate: 0.7 }, 'A duplicate is one of a faultless record'],
  ['simulated', { badDataRate: 0.6, lateRate: 0.5 }, 'no more than 1, or 100%, together'],
  ['recorded', { seed: 1 }, '--seed means nothing with --source recorded'],
  ['recorded', { eventsPerSecond: 5 }, '--events-per-second means nothing'],
  ['us-stocks-daily', { symbol: 'A' }, 'use --source recorded'],
  ['simulated', { file: 'a.csv' }, 'use --source recorded or --source us-stocks-daily'],
  ['binance', { from: 1 }, '--from means nothing with --source binance'],
  ['customers', { symbolCount: 3 }, '--symbol-count means nothing with --source customers'],
  ['customers', { users: 3, eventsPerSecond: 3 }, '--users and --events-per-second contradict each other'],
  ['simulated', { start: 1, from: 1 }, '--start and --from contradict each other'],
  ['simulated', { duration: 1, to: 1 }, '--duration and --to contradict each other'],
  ['recorded', { from: 2, to: 2 }, '--to is not after --from'],
])('%s with %o is refused', (name, options, says) => {
  expect(() => refuseContradictions(name, options)).toThrow(Refusal)
  expect(() => refuseContradictions(name, options)).toThrow(says)
})

test('a seed means something with a real source once there are faults to draw', () => {
  expect(() => refuseContradictions('recorded', { seed: 1, duplicateRate: 0.1 })).not.toThrow()
})

/** When the events of a source are due, at most so many. */
async function dueOf(name: SourceName, options: SourceOptions, most = 100_000): Promise<readonly number[]> {
  const kind: SourceKind = sources[name]
  const { emissions } = await kind.open({ ...options, stage: 'local' }, NOW)
  if (typeof emissions === 'function') throw new Error('it comes by itself')
  return Iterator.from(emissions)
    .take(most)
    .map(({ at }) => at)
    .toArray()
}

test('a generated source fills a span at its rate', async () => {
  const due = await dueOf('simulated', { from: NOW - HOUR, to: NOW, eventsPerSecond: 10 })
  expect(due.length).toBe(36_000)
  expect(due[0]).toBe(NOW - HOUR)
  expect(due.at(-1)).toBe(NOW - 100)
})

test('from a moment on alone is up to now; with a number of events it goes on', async () => {
  expect((await dueOf('simulated', { from: NOW - HOUR, eventsPerSecond: 1 })).length).toBe(3_600)
  const due = await dueOf('simulated', { from: NOW - 1_000, eventsPerSecond: 1, totalEvents: 10 }, 10)
  expect(due.at(-1)).toBe(NOW + 8_000)
})

test('so many events over a span say the rate', async () => {
  const due = await dueOf('simulated', { from: NOW - HOUR, to: NOW, totalEvents: 1_800 })
  expect(due.length).toBe(1_800)
  expect(due.at(-1)).toBe(NOW - 2_000)
})

test('customers sign up over the span that they are given, and go on to its end', async () => {
  const due = await dueOf('customers', { from: NOW - 24 * HOUR, to: NOW, users: 50 })
  expect(due.length).toBeGreaterThan(200)
  expect(due.every((at) => at >= NOW - 24 * HOUR && at < NOW)).toBe(true)
  expect(() => sources.customers.open({ users: 50, stage: 'local' }, NOW)).toThrow('--users sign up over a span')
})

test('a span in which nothing lies is refused', () => {
  expect(() => sources.simulated.open({ from: NOW + 1, stage: 'local' }, NOW)).toThrow('--from lies ahead')
  expect(() => sources.simulated.open({ to: NOW, stage: 'local' }, NOW)).toThrow('--to has passed')
})

test('of a recording only what lies within is played', async () => {
  const all = await dueOf('recorded', {})
  const [from, to] = [all[500] ?? 0, all[1_500] ?? 0]
  const due = await dueOf('recorded', { from, to })
  expect(due).toEqual(all.filter((at) => at >= from && at < to))
  expect(due.length).toBeGreaterThan(900)
})

test('daily bars are due at once as a backfill; moved to now, each when its day closes, before now', async () => {
  const backfill = await dueOf('us-stocks-daily', {})
  expect(new Set(backfill)).toEqual(new Set([NOW]))
  const moved = await dueOf('us-stocks-daily', { at: 'now' })
  expect(moved.length).toBe(backfill.length)
  expect(Math.max(...moved)).toBeLessThan(NOW)
  expect(Math.max(...moved)).toBeGreaterThan(NOW - 4 * 24 * HOUR)
})
