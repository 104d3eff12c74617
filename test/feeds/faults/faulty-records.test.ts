import { expect, test } from 'vitest'
import { decodeRecords } from '#adapters/avro/decode-records.ts'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { type EventDefinition, isLate } from '#domain/events/define-event.ts'
import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import type { LogRecord, OutgoingRecord } from '#domain/ports.ts'
import type { Emission } from '#feeds/emission.ts'
import { type FaultRates, FaultyRecords, NO_FAULTS } from '#feeds/faults/faulty-records.ts'
import { accountNames, symbolNames } from '#feeds/simulated/listings.ts'
import { simulate } from '#feeds/simulated/simulate.ts'
import { seedOf } from '#test/contracts/random.ts'

const seed = seedOf('faulty records')
const EVENTS = 20_000
const SOME: FaultRates = { bad: 0.02, duplicate: 0.05, late: 0.03 }

const market: readonly Emission[] = simulate({
  seed,
  symbols: symbolNames(8),
  accounts: accountNames(6),
  start: Date.UTC(2026, 0, 5, 9, 30),
  eventsPerSecond: 1_000,
})
  .take(EVENTS)
  .toArray()

const made = (rates: FaultRates, ofSeed = seed, portion = EVENTS) => {
  const faulty = new FaultyRecords(rates, ofSeed, encoderOf)
  const records: OutgoingRecord[] = []
  for (let from = 0; from < EVENTS; from += portion) records.push(...faulty.of(market.slice(from, from + portion)))
  return { records, counts: faulty.counts }
}
const bytesOf = (records: readonly OutgoingRecord[]): string =>
  records.map(({ topic, key, value }) => `${topic} ${key} ${value.toString('hex')}`).join('\n')

const logged = (records: readonly OutgoingRecord[]): LogRecord[] =>
  records.map(({ topic, value }, i) => ({ topic, partition: 0, offset: BigInt(i), appendedAt: 0, value }))

test('without faults each event is one record, its own bytes under its own key', () => {
  const encoders = new Map(
    [tick, fill].map((definition): [EventDefinition, ReturnType<typeof encoderOf>] => [
      definition,
      encoderOf(definition),
    ]),
  )
  const { records, counts } = made(NO_FAULTS)
  expect(bytesOf(records)).toBe(
    bytesOf(
      market.map(({ definition, event }) => ({
        topic: definition.topic,
        key: String(event[definition.key]),
        value: encoders.get(definition)?.(event) ?? Buffer.alloc(0),
      })),
    ),
  )
  expect(counts).toEqual({ bad: new Map(), duplicated: 0, late: 0 })
})

test('the same seed gives the same bytes, however the emissions are portioned; another seed others', () => {
  const once = bytesOf(made(SOME).records)
  expect(bytesOf(made(SOME, seed, 7).records) === once).toBe(true)
  expect(bytesOf(made(SOME, seed + 1).records) === once).toBe(false)
})

test('as many records are bad, duplicated and late as the counts say, and nothing else is faulty', async () => {
  const { records, counts } = made(SOME)
  const { events, rejected } = await decodeRecords(logged(records))

  const refused = Map.groupBy(rejected, ({ code }) => code)
  expect(new Map([...refused].map(([code, group]) => [code, group.length]))).toEqual(counts.bad)
  expect(events.filter(({ at, event }) => isLate(at, event.received_at)).length).toBe(counts.late)
  const seen = new Set<string>()
  const again = events.filter(({ id }) => seen.has(id) || !seen.add(id))
  expect(again.length).toBe(counts.duplicated)
  expect(records.length).toBe(EVENTS + counts.duplicated)
  expect(seen.size).toBe(EVENTS - rejected.length)
})

test('the shares are those that were asked for, of all records', () => {
  const { records, counts } = made(SOME)
  const bad = [...counts.bad.values()].reduce((sum, count) => sum + count, 0)
  // Six deviations of a binomial count.
  const near = (count: number, share: number) =>
    expect(Math.abs(count - share * records.length)).toBeLessThan(6 * Math.sqrt(share * records.length))
  near(bad, SOME.bad)
  near(counts.duplicated, SOME.duplicate)
  near(counts.late, SOME.late)
})

test('a duplicate is an earlier record byte for byte, at some distance', () => {
  const { records, counts } = made({ ...NO_FAULTS, duplicate: 0.05 })
  const first = new Map<string, number>()
  const distances: number[] = []
  for (const [i, record] of records.entries()) {
    const bytes = bytesOf([record])
    const before = first.get(bytes)
    if (before === undefined) first.set(bytes, i)
    else distances.push(i - before)
  }
  expect(distances.length).toBe(counts.duplicated)
  expect(Math.max(...distances)).toBeGreaterThan(1_000)
})

test('a late event keeps its own time and was received more than five minutes and at most a day after it', async () => {
  const { records } = made({ ...NO_FAULTS, late: 1 })
  const { events } = await decodeRecords(logged(records))
  expect(events.length).toBe(EVENTS)
  for (const [i, { at, event }] of events.entries()) {
    const emission = market[i]
    expect(at).toBe(emission?.at)
    const after = event.received_at - at
    if (after <= 300_000 || after > 86_400_000) expect.fail(`received ${after} ms after it happened`)
  }
})

test('every record can be bad, and every contract code comes up', () => {
  const { records, counts } = made({ ...NO_FAULTS, bad: 1 })
  expect([...counts.bad.values()].reduce((sum, count) => sum + count, 0)).toBe(records.length)
  expect(counts.bad.size).toBeGreaterThan(15)
})

test('what goes beyond the most that is wanted is neither made nor counted', () => {
  for (let most = 1; most <= 100; most += 1) {
    const faulty = new FaultyRecords({ ...NO_FAULTS, duplicate: 0.7 }, seed, encoderOf)
    const records = faulty.of(market, most)
    expect(records.length).toBe(most)
    const distinct = new Set(records.map((record) => bytesOf([record])))
    expect(faulty.counts.duplicated).toBe(most - distinct.size)
  }
})

test('what a feed could not read passes as it came, and counts as bad', () => {
  const [first, second] = market
  const strange: OutgoingRecord = { topic: 'market_data_raw', key: 'k', value: Buffer.from('{"e":') }
  if (first === undefined || second === undefined) throw new Error('the market is empty')
  const faulty = new FaultyRecords(NO_FAULTS, seed, encoderOf)
  expect(faulty.of([first, strange, second])[1]).toBe(strange)
  expect(faulty.counts.bad).toEqual(new Map([['unreadable', 1]]))
})
