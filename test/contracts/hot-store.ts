import { describe, expect, test } from 'vitest'
import { type Tick, tick } from '#domain/events/tick.ts'
import { count, distinct, last } from '#domain/metrics/aggregates.ts'
import { type Bucket, rollUp } from '#domain/metrics/bucket.ts'
import { defineMetric } from '#domain/metrics/define-metric.ts'
import type { Checkpoint, HotStore, HotView } from '#domain/ports.ts'
import { deliver, type Faults, heal } from './chaos.ts'
import { expectedOf, seenIn } from './expected.ts'
import { seeded, seedOf } from './random.ts'
import { type SampleLog, sampleLog } from './sample-log.ts'

export interface StoreUnderTest {
  readonly store: HotStore
  readonly view: HotView
  /** Loses everything at once, as a flush of the cache does. */
  flush(): Promise<void>
  /** Copies what is stored. @returns what a failover to that copy does. Absent where it takes another test. */
  copy?(): () => void
}

const NO_FAULTS: Faults = { twiceAtOnce: 0, commitLost: 0, bisected: 0, killed: 0, rebuild: 0 }
const ALL_FAULTS: Faults = { twiceAtOnce: 0.3, commitLost: 0.15, bisected: 0.2, killed: 0.06, rebuild: 0 }
const TOPICS = ['market_data_raw', 'trades_raw'] as const

/**
 * What every hot store has to do, and what has to hold whatever happens to those who write to it.
 * @param make a store that is empty. @param schedules how many random schedules of each kind to try
 * @param canCopy whether `make` gives stores with `copy`
 */
export function hotStoreContract(
  name: string,
  make: () => Promise<StoreUnderTest>,
  schedules: number,
  canCopy = false,
): void {
  const partition = { topic: 'market_data_raw', partition: 0 }
  const generation = { ...partition, generation: 'g1' }
  const at = (token: string, next: bigint): Checkpoint => ({
    token,
    shape: 'today',
    next,
    from: 0n,
    appendedAt: 1,
    writtenAt: 2,
  })
  const change = (expected: string | undefined, checkpoint: Checkpoint) => ({
    expected,
    checkpoint,
    buckets: [],
    ids: new Map([[7, ['0123456789abcdef']]]),
    keepIdsMs: 60_000,
  })

  describe(`${name}: the contract`, () => {
    test('the first generation proposed stands', async () => {
      const { store } = await make()
      expect(await store.propose(partition, 'current', 'g1')).toBe('g1')
      expect(await store.propose(partition, 'current', 'g2')).toBe('g1')
      expect(await store.propose(partition, 'building', 'g3')).toBe('g3')
      expect(await store.generations(partition)).toEqual({ current: 'g1', building: 'g3' })
    })

    test('an advance upon another token writes nothing', async () => {
      const { store } = await make()
      expect(await store.advance(generation, change(undefined, at('a', 5n)))).toBe(true)
      expect(await store.advance(generation, change(undefined, at('b', 9n)))).toBe(false)
      expect(await store.advance(generation, change('x', at('b', 9n)))).toBe(false)
      expect(await store.standing(generation)).toEqual({ checkpoint: at('a', 5n) })
      expect(await store.ids(generation, 6, 8)).toContainEqual([7, ['0123456789abcdef']])
    })

    test('ids come in the order in which they were counted, without those that are known', async () => {
      const { store } = await make()
      const ids = (span: number, ...names: string[]) => new Map([[span, names.map((name) => name.repeat(16))]])
      await store.advance(generation, { ...change(undefined, at('a', 2n)), ids: ids(7, 'a', 'b') })
      await store.advance(generation, { ...change('a', at('b', 4n)), ids: ids(7, 'c') })
      await store.advance(generation, { ...change('b', at('c', 5n)), ids: ids(8, 'd') })
      const known = (span: number) => (span === 7 ? 2 : 0)
      const news = (await store.ids(generation, 6, 9, known)).filter(([, held]) => held.length > 0)
      expect(news).toEqual([...ids(7, 'c'), ...ids(8, 'd')])
    })

    test('offsets and gaps beyond what a double holds are kept exactly', async () => {
      const { store } = await make()
      const far = 49_590_338_271_490_256_608_559_692_540_925_702_759_324_208_523_137_515_618n
      const checkpoint = { ...at('a', far + 1n), from: far, gap: { from: far - 1n, to: far } }
      await store.advance(generation, change(undefined, checkpoint))
      expect(await store.standing(generation)).toEqual({ checkpoint })
    })

    test('a bucket of the whole platform is read back, without the values that it has not', async () => {
      const { store, view } = await make()
      const metric = defineMetric(tick, {
        name: 'whole',
        doc: 'A test.',
        by: [],
        every: 'hour',
        aggregates: { traders: distinct<Tick>(() => undefined), newest: last<Tick, undefined>(() => undefined) },
        read: (values) => values,
      })
      const bucket: Bucket = {
        ...{ metric: 'whole', entity: [], start: 3_600_000 },
        states: { traders: { op: 'distinct', values: new Set() } },
      }
      await store.propose(partition, 'current', 'g1')
      await store.advance(generation, { ...change(undefined, at('a', 5n)), buckets: [{ bucket, keepMs: 60_000 }] })
      expect(await store.buckets(generation, [bucket])).toEqual([bucket])
      expect(await view.read(metric, [], 0, 7_200_000)).toEqual([bucket])
      expect(await view.readAll(metric, { from: 0, to: 7_200_000 })).toEqual([bucket])
      expect([...rollUp(metric, [bucket])]).toEqual([[3_600_000, { traders: 0 }]])
    })

    test('a metric of several events on one topic has each bucket once', async () => {
      const { store, view } = await make()
      const metric = defineMetric([tick, { ...tick, name: 'other_tick' }], {
        name: 'of_both',
        doc: 'A test.',
        by: [],
        every: 'hour',
        aggregates: { trades: count() },
        read: (values) => values,
      })
      const bucket: Bucket = {
        ...{ metric: 'of_both', entity: [], start: 3_600_000 },
        states: { trades: { op: 'count', value: 3 } },
      }
      await store.propose(partition, 'current', 'g1')
      await store.advance(generation, { ...change(undefined, at('a', 5n)), buckets: [{ bucket, keepMs: 60_000 }] })
      expect(await view.read(metric, [], 0, 7_200_000)).toEqual([bucket])
      expect(await view.readAll(metric, { from: 0, to: 7_200_000 })).toEqual([bucket])
    })

    test('a generation takes over only once it has counted as far', async () => {
      const { store, view } = await make()
      await store.propose(partition, 'current', 'g1')
      await store.advance(generation, change(undefined, at('a', 10n)))
      await store.propose(partition, 'building', 'g2')
      const second = { ...partition, generation: 'g2' }
      await store.advance(second, change(undefined, at('b', 9n)))
      expect(await store.close(generation, 'g2', 9n)).toBe(false)
      expect(await store.replace(partition, 'g0', 'g2')).toBe(false)
      await store.advance(second, change('b', at('c', 10n)))
      expect(await store.close(generation, 'g2', 10n)).toBe(true)
      expect(await store.close(generation, 'g2', 10n)).toBe(true)
      expect(await store.close(generation, 'g3', 99n)).toBe(false)
      expect((await view.freshness('market_data_raw'))[0]?.checkpoint?.token).toBe('c')
      expect(await store.replace(partition, 'g1', 'g2')).toBe(true)
      expect(await store.generations(partition)).toEqual({ current: 'g2' })
      expect(await store.standing(generation)).toEqual({ replacedBy: 'g2' })
      expect(await store.advance(generation, change('a', at('d', 11n)))).toBe(false)
      const [first] = await view.freshness('market_data_raw')
      expect(first?.checkpoint?.token).toBe('c')
    })
  })

  describe(`${name}: a switch cut in two`, () => {
    test('is finished by the next run, which then sweeps what was replaced', async () => {
      const { store, view } = await make()
      const random = seeded(1)
      const log = sampleLog('trades_raw', 30, random)
      await deliver(log, store, random, NO_FAULTS)
      const before = await seenIn(view)
      const { current = '' } = await store.generations(log.partition)
      const successor = { ...log.partition, generation: 'successor' }
      await store.propose(log.partition, 'building', successor.generation)
      await store.advance(successor, change(undefined, at('z', 30n)))
      await store.close({ ...log.partition, generation: current }, successor.generation, 30n)

      const result = await heal(log, store, random)

      expect(result).toMatchObject({ outcome: 'whole', generation: 'successor' })
      expect(await store.generations(log.partition)).toEqual({ current: 'successor' })
      expect(Object.keys(before).length).toBeGreaterThan(0)
      expect(await seenIn(view)).toEqual({})
    })
  })

  describe(`${name}: a deployed change of the metrics`, () => {
    test('is a rebuild: values counted by other definitions are counted again', async () => {
      const { store, view } = await make()
      const random = seeded(2)
      const log = sampleLog('market_data_raw', 40, random)
      await deliver(log, store, random, NO_FAULTS)
      expect(await heal(log, store, random)).toMatchObject({ outcome: 'whole' })
      expect(await heal(log, store, random, 'tomorrow')).toMatchObject({ outcome: 'rebuilt', records: 40 })
      expect(await heal(log, store, random, 'tomorrow')).toMatchObject({ outcome: 'whole' })
      expect(await seenIn(view)).toEqual(await expectedOf(log.records))
    })
  })

  describe(`${name}: schedules`, () => {
    const seed = seedOf(`${name} schedules`)

    test('an uninterrupted run comes to what the log says', async () => {
      await explore(schedules / 10, seed, NO_FAULTS)
    })

    test('batches twice, at once, bisected, commits lost, processes killed at every await: no value changes', async () => {
      await explore(schedules, seed, ALL_FAULTS)
    })

    test('the same while other generations are built, switched to and killed in between', async () => {
      await explore(schedules / 2, seed + 1, { ...ALL_FAULTS, rebuild: 0.3 })
    })

    test('flushed at any moment: noticed, and rebuilt to the same values', async () => {
      await explore(schedules / 2, seed + 2, ALL_FAULTS, 0.1)
    })
  })

  // A store that cannot be copied is failed over in a test of its own: test/faults/redis-failover.test.ts.
  if (canCopy)
    test('failed over to a copy that lags, at any moment: noticed, and rebuilt', async () => {
      const seed = seedOf('failover schedules')
      for (let i = 0; i < schedules; i += 1) {
        const random = seeded(seed + i * 7919)
        const { store, view, copy } = await make()
        const log = sampleLog(TOPICS[i % 2] ?? 'trades_raw', 20 + Math.floor(random() * 40), random)
        let failOver: (() => void) | undefined
        await deliver(log, store, random, { ...ALL_FAULTS, commitLost: 0.4 }, async () => {
          if (random() < 0.2) failOver = copy?.()
          if (random() < 0.1) failOver?.()
        })
        const context = `schedule ${i} of seed ${seed}`
        await expectNoticed(view, log, context)
        await heal(log, store, random)
        expect(await seenIn(view), context).toEqual(await expectedOf(log.records))
      }
    })

  async function explore(count: number, seed: number, faults: Faults, flushes = 0): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      const random = seeded(seed + i * 7919)
      const { store, view, flush } = await make()
      const log = sampleLog(TOPICS[i % 2] ?? 'trades_raw', 20 + Math.floor(random() * 40), random)
      let lost = false
      await deliver(log, store, random, faults, async (committed) => {
        if (committed === 0 || random() >= flushes) return
        await flush()
        lost = true
      })
      const context = `schedule ${i} of seed ${seed}`
      if (lost) await expectNoticed(view, log, context)
      if (lost) await heal(log, store, random)
      expect(await seenIn(view), context).toEqual(await expectedOf(log.records))
      const [freshness] = await view.freshness(log.partition.topic)
      expect(freshness?.state, context).toBe('whole')
      expect(freshness?.checkpoint?.next, context).toBe(BigInt(log.records.length))
    }
  }

  /** Readers are told, unless the log happened to be delivered again from its first record. */
  async function expectNoticed(view: HotView, log: SampleLog, context: string): Promise<void> {
    const [freshness] = await view.freshness(log.partition.topic)
    if (freshness?.state === 'whole') expect(await seenIn(view), context).toEqual(await expectedOf(log.records))
    else expect(['gap', 'missing'], context).toContain(freshness?.state)
  }
}
