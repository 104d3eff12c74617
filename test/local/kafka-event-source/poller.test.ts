import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Committer } from '#local/bridges/kafka-event-source/committer.ts'
import type { Outcome } from '#local/bridges/kafka-event-source/delivery.ts'
import type { Destinations } from '#local/bridges/kafka-event-source/destinations.ts'
import type { PendingRecord } from '#local/bridges/kafka-event-source/event.ts'
import { requestedFaults } from '#local/bridges/kafka-event-source/faults.ts'
import { Trouble } from '#local/bridges/kafka-event-source/log.ts'
import { parseMapping } from '#local/bridges/kafka-event-source/mapping.ts'
import { Poller } from '#local/bridges/kafka-event-source/poller.ts'
import { mappingAnswer } from './lambda-api.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

interface World {
  readonly lengths: readonly number[]
  readonly fetch: number
  readonly parameters: Record<string, unknown>
  readonly outcomes: readonly { kind: string; mask: number; takes: number }[]
  readonly commits: readonly boolean[]
  readonly faults: string | undefined
}

const worlds: fc.Arbitrary<World> = fc.record({
  lengths: fc.array(fc.nat(30), { minLength: 1, maxLength: 3 }),
  fetch: fc.integer({ min: 1, max: 12 }),
  parameters: fc.record({
    BatchSize: fc.integer({ min: 1, max: 15 }),
    MaximumBatchingWindowInSeconds: fc.constantFrom(0, 0, 2),
    BisectBatchOnFunctionError: fc.boolean(),
    MaximumRetryAttempts: fc.constantFrom(-1, 0, 2),
    DestinationConfig: fc.constantFrom({}, { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:failed' } }),
  }),
  outcomes: fc.array(
    fc.record({
      kind: fc.constantFrom('ok', 'ok', 'report', 'error', 'unreachable', 'too_large'),
      mask: fc.nat(2 ** 15 - 1),
      takes: fc.nat(300),
    }),
    { maxLength: 40 },
  ),
  commits: fc.array(fc.boolean(), { maxLength: 10 }),
  faults: fc.option(
    fc
      .record({
        duplicate: fc.constantFrom(0, 0.4),
        dropCommit: fc.constantFrom(0, 0.4),
        bisect: fc.constantFrom(0, 0.4),
        seed: fc.nat(),
      })
      .map((f) => JSON.stringify(f)),
    { nil: undefined },
  ),
})

/** A log, its feed and its function around one poller; runs until everything is committed. */
async function run(world: World): Promise<void> {
  const mapping = parseMapping(mappingAnswer(world.parameters), Date.now())
  const logs = world.lengths.map((length, partition) =>
    Array.from(
      { length },
      (_, offset): PendingRecord => ({
        partition,
        offset: BigInt(offset),
        timestamp: Date.now(),
        key: null,
        text: `${partition}:${offset}`,
      }),
    ),
  )
  const settled = new Set<PendingRecord>()
  const delivered = new Set<PendingRecord>()
  const committed = logs.map(() => 0n)
  const inFlight = new Set<number>()
  const outcomes = [...world.outcomes]
  const commits = [...world.commits]
  const silent = () => undefined

  const committer = new Committer(
    async (offsets) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (commits.shift() === false) throw new Error('the coordinator is away')
      for (const [partition, offset] of offsets) {
        const before = logs[partition]?.slice(0, Number(offset)) ?? []
        expect(before.every((record) => settled.has(record))).toBe(true)
        expect(offset).toBeGreaterThan(committed[partition] ?? 0n)
        committed[partition] = offset
      }
    },
    new Map(logs.map((_, partition) => [partition, 0n])),
    new Trouble(silent, {}),
  )

  const positions = logs.map(() => 0)
  const feed = () => {
    if (!poller.hasRoom()) return
    const records = logs.flatMap((log, partition) => {
      const from = positions[partition] ?? 0
      positions[partition] = Math.min(log.length, from + world.fetch)
      return log.slice(from, from + world.fetch)
    })
    if (records.length > 0) poller.receive(records)
  }

  const poller = new Poller({
    mapping,
    bootstrap: 'b:9092',
    invoke: async (_, __, records) => {
      const { kind, mask, takes } = outcomes.shift() ?? { kind: 'ok', mask: 0, takes: 1 }
      for (const record of records) {
        for (const earlier of logs[record.partition]?.slice(0, Number(record.offset)) ?? [])
          expect(delivered.has(earlier) || settled.has(earlier) || records.includes(earlier)).toBe(true)
      }
      const partitions = new Set(records.map(({ partition }) => partition))
      for (const partition of partitions) {
        expect(inFlight.has(partition)).toBe(false)
        inFlight.add(partition)
      }
      for (const record of records) delivered.add(record)
      await new Promise((resolve) => setTimeout(resolve, takes))
      for (const partition of partitions) inFlight.delete(partition)
      const failed = kind === 'report' ? records.filter((_, index) => (mask >> index) & 1) : []
      const returned: Outcome = { kind: 'returned', failed }
      if (kind === 'ok' || kind === 'report')
        for (const record of records) if (!failed.includes(record)) settled.add(record)
      if (kind === 'error') return { outcome: { kind: 'function_error' } }
      if (kind === 'unreachable') return { outcome: { kind: 'unreachable' }, trouble: 'away' }
      return { outcome: kind === 'too_large' ? { kind: 'too_large' } : returned }
    },
    destinations: { deliver: async () => undefined } as Pick<Destinations, 'deliver'> as Destinations,
    committer,
    faults: requestedFaults(world.faults)?.draw,
    counters: { records: 0, invocations: 0, discarded: 0 },
    // What is given up is told with its offsets: from then on it counts as settled.
    log: (_, __, facts = {}) => {
      const log = logs[Number(facts.partition)] ?? []
      if (facts.condition !== undefined)
        for (const record of log)
          if (record.offset >= Number(facts.from) && record.offset <= Number(facts.to)) settled.add(record)
    },
    trouble: new Trouble(silent, {}),
    onRoom: silent,
    onRewind: (to) => {
      for (const [partition, position] of to) positions[partition] = Number(position)
    },
  })

  let broken: unknown
  const running = poller.run().catch((error: unknown) => {
    broken = error
  })
  const end = Date.now() + 600_000
  while (committed.some((offset, partition) => offset < BigInt(logs[partition]?.length ?? 0))) {
    if (broken !== undefined) throw broken
    if (Date.now() > end) throw new Error(`Committed ${committed.join()} of ${world.lengths.join()} in ten minutes.`)
    feed()
    await vi.advanceTimersByTimeAsync(50)
  }
  poller.stop()
  await vi.advanceTimersByTimeAsync(10_000)
  await running
  if (broken !== undefined) throw broken
}

describe('a poller', () => {
  it('delivers each record in order, one invocation at a time a partition, and commits only what is settled', async () => {
    // One partition where records can be given up, so that the told range holds exactly them.
    await fc.assert(
      fc.asyncProperty(
        worlds
          .filter(
            ({ lengths, parameters }) =>
              lengths.length === 1 ||
              (parameters.MaximumRetryAttempts === -1 &&
                Object.keys(parameters.DestinationConfig as object).length === 0),
          )
          .map((world) =>
            world.lengths.length === 1
              ? world
              : { ...world, outcomes: world.outcomes.filter(({ kind }) => kind !== 'too_large') },
          ),
        run,
      ),
      { numRuns: 300 },
    )
  })
})
