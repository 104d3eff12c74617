import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { statesOfText, statesToText } from '#adapters/redis/bucket-text.ts'
import type { AnyEvent } from '#domain/events/define-event.ts'
import { LOG_RETENTION_MS, timeOf } from '#domain/events/define-event.ts'
import { enricherOf } from '#domain/events/enrich.ts'
import { events } from '#domain/events/events.ts'
import { sampleOf } from '#domain/events/samples.ts'
import { parserOf } from '#domain/events/to-zod.ts'
import { type Bucket, keyOf, merge, mergeStates, rollUp, type State } from '#domain/metrics/bucket.ts'
import type { Metric } from '#domain/metrics/define-metric.ts'
import { byEventType, Fold } from '#domain/metrics/fold.ts'
import { groupAverage } from '#domain/metrics/group-average.ts'
import { handledBucket, handledRecord, handledRecords } from '#domain/metrics/handled-records.ts'
import { metrics } from '#domain/metrics/metrics.ts'
import { ohlc } from '#domain/metrics/ohlc.ts'
import { toPage } from '#domain/metrics/to-page.ts'
import { seeded } from '../../contracts/random.ts'

const value = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })
const place = fc.record({ partition: fc.nat(3), offset: fc.bigInt({ min: 0n, max: 2n ** 180n }) })
const dated = fc.record({ value, at: fc.nat(3), place })

/** States of one op; the values of `first` and `last` follow from their place, as one record has one value. */
const STATES: Record<State['op'], fc.Arbitrary<State>> = {
  sum: value.map((value) => ({ op: 'sum', value })),
  min: value.map((value) => ({ op: 'min', value })),
  max: value.map((value) => ({ op: 'max', value })),
  count: fc.nat(1_000).map((value) => ({ op: 'count', value })),
  first: dated.map(({ at, place }) => ({ op: 'first', at, place, value: valueAt(at, place) })),
  last: dated.map(({ at, place }) => ({ op: 'last', at, place, value: valueAt(at, place) })),
  distinct: fc.array(fc.string(), { maxLength: 4 }).map((values) => ({ op: 'distinct', values: new Set(values) })),
}
const valueAt = (at: number, { partition, offset }: { partition: number; offset: bigint }) =>
  BigInt(at) * 7n + BigInt(partition) * 31n + offset

describe.each(Object.entries(STATES))('merging %s', (_op, state) => {
  test('does not depend on the order', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        expect(merge(a, b)).toEqual(merge(b, a))
      }),
    )
  })

  test('does not depend on the grouping', () => {
    fc.assert(
      fc.property(state, state, state, (a, b, c) => {
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)))
      }),
    )
  })

  test('is stored and read back exactly', () => {
    fc.assert(
      fc.property(state, (a) => {
        expect(statesOfText(statesToText({ a }))).toEqual({ a })
      }),
    )
  })
})

test('states of different ops do not merge', () => {
  expect(() => merge({ op: 'sum', value: 1n }, { op: 'count', value: 1 })).toThrow('cannot merge count into sum')
})

describe.each(
  metrics.filter(({ name }) => name !== handledRecords.name).map((metric) => ({ name: metric.name, metric })),
)('$name', ({ metric }) => {
  test('is the same in any order and however it is cut into batches', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(30), fc.nat(40), (seed, cut, turn) => {
        const events = sampled(metric, seed, 30)
        const whole = folded(metric, events)
        const turned = [...events.slice(turn % 30), ...events.slice(0, turn % 30)]
        const parts = [folded(metric, turned.slice(0, cut)), folded(metric, turned.slice(cut))]
        expect(joined(parts)).toEqual(joined([whole]))
      }),
      { numRuns: 50 },
    )
  })

  test('reads the same from one bucket as from its parts', () => {
    const events = sampled(metric, 5, 40)
    const whole = [...folded(metric, events).values()]
    const parts = [0, 1, 2].flatMap((third) => [
      ...folded(
        metric,
        events.filter((_, i) => i % 3 === third),
      ).values(),
    ])
    expect(whole.length, 'samples of it are counted').toBeGreaterThan(0)
    const [entity] = whole.map((bucket) => bucket.entity.join())
    const of = (buckets: readonly Bucket[]) => buckets.filter((bucket) => bucket.entity.join() === entity)
    expect(rollUp(metric, of(parts))).toEqual(rollUp(metric, of(whole)))
  })
})

describe.each(metrics.map((metric) => ({ name: metric.name, metric })))('$name', ({ metric }) => {
  test('says in a sentence what it is, one per what', () => {
    expect(metric.name).toMatch(/^[a-z][a-z0-9_]*$/)
    expect(metric.doc).toMatch(/^\p{Lu}.*\.$/u)
  })
})

// What is summed or counted, though it is late, would be counted again once its id is forgotten.
const adding = metrics.filter(
  ({ name, late, aggregates }) =>
    late === 'counts' &&
    name !== handledRecords.name &&
    Object.values(aggregates).some(({ op }) => op === 'sum' || op === 'count'),
)
test.each(adding.map((metric) => ({ name: metric.name, metric })))(
  '$name counts late events only of contracts whose ids are remembered for as long as the log keeps them',
  ({ metric }) => {
    for (const { rememberedFor } of metric.of) expect(rememberedFor).toBeGreaterThanOrEqual(LOG_RETENTION_MS)
  },
)

test('the page under docs/data says what the metrics are', () => {
  const page = readFileSync(new URL('../../../docs/data/metrics.md', import.meta.url), 'utf8')
  expect(page, 'run `make docs`').toBe(toPage(metrics))
})

test('every event that lands reaches a hot metric', () => {
  const counted = new Set(metrics.flatMap(({ of }) => of.map(({ name }) => name)))
  expect(events.filter(({ name }) => !counted.has(name)).map(({ name }) => name)).toEqual([])
})

test('an event without what names the entity is in no bucket, and handled all the same', () => {
  const fold = new Fold(byEventType([groupAverage]))
  const event = { type: 'tick', received_at: 0, price: 1n, quantity: 1n }
  expect(fold.add(event, 0, { partition: 0, offset: 0n }, false)).toBe(true)
  expect(fold.buckets.size).toBe(0)
})

test('minutes roll up into an hour: open of the first, close of the last, sums of all', () => {
  const bar = (minute: number, open: bigint, close: bigint): Bucket => {
    const at = (offset: bigint) => ({ at: minute * 60_000, place: { partition: 0, offset } })
    return {
      metric: 'ohlc',
      entity: ['S'],
      start: minute * 60_000,
      states: {
        open: { op: 'first', value: open, ...at(1n) },
        high: { op: 'max', value: 9n },
        low: { op: 'min', value: 1n },
        close: { op: 'last', value: close, ...at(2n) },
        volume: { op: 'sum', value: 10n },
        notional: { op: 'sum', value: 30n },
        trades: { op: 'count', value: 2 },
      },
    }
  }
  const hours = rollUp(ohlc, [bar(59, 3n, 4n), bar(61, 7n, 8n), bar(0, 1n, 2n)], 3_600_000)
  expect([...hours.keys()].toSorted()).toEqual([0, 3_600_000])
  expect(hours.get(0)).toMatchObject({ open: 1n, close: 4n, volume: 20n, trades: 4, vwap: 300_000_000n })
})

test('counting outcomes at once comes to the same as counting them one by one', () => {
  const fold = new Fold(byEventType([handledRecords]))
  const event = { type: handledRecord.name, received_at: 0, topic: 't', outcome: 'late', appended_at: 0 }
  for (let i = 0; i < 3; i += 1) fold.add(event, 0, { partition: 0, offset: BigInt(i) }, false)
  expect([...fold.buckets.values()]).toEqual([handledBucket('t', 'late', 3)])
})

/** Valid events of the metric's contracts, over few entities and minutes so that they meet in buckets. */
function sampled(
  metric: Metric,
  seed: number,
  count: number,
): readonly { event: AnyEvent; at: number; offset: bigint }[] {
  const random = seeded(seed)
  return Array.from({ length: count }, (_, i) => {
    const definition = metric.of[i % metric.of.length]
    if (definition === undefined) throw new Error(`${metric.name} is defined over nothing`)
    const few = Object.fromEntries(metric.by.map((name) => [name, `E${Math.floor(random() * 2)}`]))
    const users = 'user_id' in definition.fields ? { user_id: `u${Math.floor(random() * 4)}` } : {}
    const at = { [definition.at]: Date.UTC(2026, 0, 5, 12, Math.floor(random() * 3)) }
    const parsed = parserOf(definition, 'json')({ ...sampleOf(definition, random), ...users, ...at })
    if (!('event' in parsed)) throw new Error(parsed.refused.reason)
    const event: AnyEvent = { ...enricherOf(definition)(parsed.event), ...few }
    return { event, at: timeOf(definition, event), offset: BigInt(i) }
  })
}

function folded(metric: Metric, events: ReturnType<typeof sampled>): ReadonlyMap<string, Bucket> {
  const fold = new Fold(byEventType([metric]))
  for (const { event, at, offset } of events) fold.add(event, at, { partition: 0, offset }, false)
  return fold.buckets
}

function joined(parts: readonly ReadonlyMap<string, Bucket>[]): ReadonlyMap<string, Bucket> {
  const all = new Map<string, Bucket>()
  for (const bucket of parts.flatMap((part) => [...part.values()])) {
    const key = keyOf(bucket)
    const held = all.get(key)
    all.set(key, held === undefined ? bucket : { ...bucket, states: mergeStates(held.states, bucket.states) })
  }
  return all
}
