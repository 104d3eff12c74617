import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchDelivery, type Outcome, pause } from '#local/bridges/kafka-event-source/delivery.ts'
import type { PendingRecord } from '#local/bridges/kafka-event-source/event.ts'

const policies = fc.record({
  bisects: fc.boolean(),
  maximumRetries: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constant(Number.POSITIVE_INFINITY)),
  maximumRecordAgeMs: fc.oneof(fc.constantFrom(60_000, 90_000), fc.constant(Number.POSITIVE_INFINITY)),
})
type Policy = typeof policies extends fc.Arbitrary<infer Value> ? Value : never

/** A batch of up to three partitions, in the order in which it was fetched; timestamps are up to two minutes before `begin`. */
const begin = 1_700_000_000_000
const batches = fc
  .array(fc.record({ partition: fc.nat(2), gap: fc.nat(3), age: fc.nat(120_000) }), { minLength: 1, maxLength: 24 })
  .map((drawn) => {
    const next = new Map<number, bigint>()
    return drawn.map(({ partition, gap, age }) => {
      const offset = (next.get(partition) ?? 5n) + BigInt(gap)
      next.set(partition, offset + 1n)
      return { partition, offset, timestamp: begin - age, key: null, text: '{}' } satisfies PendingRecord
    })
  })

/** Outcomes before the function works for good: what fails is drawn as a bit of `mask` by position. */
const outcomes = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'returned',
      'returned',
      'all',
      'function_error',
      'function_error',
      'unreachable',
      'too_large',
    ),
    mask: fc.nat(2 ** 24 - 1),
    takes: fc.nat(5_000),
  }),
  { maxLength: 40 },
)

interface Story {
  readonly invoked: { records: readonly PendingRecord[]; outcome: Outcome; at: number }[]
  readonly discarded: Map<PendingRecord, { condition: string; at: number }>
}

/** Runs a batch to its end, and checks on the way what must hold at every step. */
function play(
  batch: readonly PendingRecord[],
  policy: Policy,
  drawn: { kind: string; mask: number; takes: number }[],
  halve: boolean,
): Story {
  const delivery = new BatchDelivery(batch, policy)
  if (halve) delivery.halve()
  const story: Story = { invoked: [], discarded: new Map() }
  const settled = new Set<PendingRecord>()
  const queue = [...drawn]
  let now = begin
  for (let steps = 0; ; steps++) {
    if (steps > 5_000) throw new Error('The batch does not come to an end.')
    const step = delivery.next(now)
    if (step.do === 'finish') break
    if (step.do === 'wait') {
      expect(step.until).toBeGreaterThan(now)
      now = step.until
    } else if (step.do === 'discard') {
      for (const record of step.records) {
        expect(settled.has(record)).toBe(false)
        settled.add(record)
        story.discarded.set(record, { condition: step.condition, at: now })
      }
      delivery.discarded()
    } else {
      const within = new Set(step.records)
      expect(step.records.length).toBeGreaterThan(0)
      for (const record of step.records) {
        expect(settled.has(record)).toBe(false)
        const earlier = batch.slice(0, batch.indexOf(record)).filter(({ partition }) => partition === record.partition)
        expect(earlier.every((before) => settled.has(before) || within.has(before))).toBe(true)
      }
      const draw = queue.shift() ?? { kind: 'returned', mask: 0, takes: 1 }
      now += draw.takes
      const outcome = outcomeOf(draw, step.records)
      story.invoked.push({ records: step.records, outcome, at: now - draw.takes })
      if (outcome.kind === 'returned' && outcome.failed !== 'all') {
        const failed = new Set(outcome.failed)
        for (const record of step.records) if (!failed.has(record)) settled.add(record)
      }
      delivery.invoked(outcome, now)
    }
    expect(delivery.committable()).toEqual(contiguous(batch, settled))
  }
  expect(settled.size).toBe(batch.length)
  return story
}

function outcomeOf({ kind, mask }: { kind: string; mask: number }, records: readonly PendingRecord[]): Outcome {
  if (kind === 'function_error' || kind === 'unreachable' || kind === 'too_large') return { kind }
  return { kind: 'returned', failed: kind === 'all' ? 'all' : records.filter((_, index) => (mask >> index) & 1) }
}

/** By partition, the offset behind the records that are settled with all before them: recomputed the slow way. */
function contiguous(batch: readonly PendingRecord[], settled: ReadonlySet<PendingRecord>): Map<number, bigint> {
  const offsets = new Map<number, bigint>()
  for (const [partition, records] of Map.groupBy(batch, (record) => record.partition)) {
    const open = records.findIndex((record) => !settled.has(record))
    const last = open === -1 ? records.at(-1) : records[open - 1]
    if (last) offsets.set(partition, last.offset + 1n)
  }
  return offsets
}

/** How often a record was in an invocation that the function answered, but not with success for this record. */
function failures(record: PendingRecord, { invoked }: Story): { errors: number; reported: number } {
  const of = invoked.filter(({ records }) => records.includes(record))
  const reported = of.filter(
    ({ outcome }) => outcome.kind === 'returned' && (outcome.failed === 'all' || outcome.failed.includes(record)),
  )
  return { errors: of.filter(({ outcome }) => outcome.kind === 'function_error').length, reported: reported.length }
}

describe('a batch', () => {
  it('is handled or given up whole, in order, whatever happens on the way, and commits nothing else', () => {
    fc.assert(
      fc.property(
        batches,
        policies,
        outcomes,
        fc.boolean(),
        (batch, policy, drawn, halve) => void play(batch, policy, drawn, halve),
      ),
      { numRuns: 1_000 },
    )
  })

  it('gives up a record only as its mapping says', () => {
    fc.assert(
      fc.property(batches, policies, outcomes, (batch, policy, drawn) => {
        const story = play(batch, policy, drawn, false)
        for (const [record, { condition, at }] of story.discarded) {
          const { errors, reported } = failures(record, story)
          if (condition === 'RetryAttemptsExhausted') {
            expect(errors + reported).toBeGreaterThanOrEqual(policy.maximumRetries + 1)
            if (!policy.bisects) expect(errors + reported).toBe(policy.maximumRetries + 1)
          } else if (condition === 'RecordAgeExpired') {
            expect(record.timestamp).toBeLessThan(at - policy.maximumRecordAgeMs)
          } else {
            const alone = story.invoked.filter(
              ({ records, outcome }) => records.length === 1 && records[0] === record && outcome.kind === 'too_large',
            )
            expect(alone).toHaveLength(1)
          }
        }
        for (const { records, at } of story.invoked)
          for (const record of records) expect(record.timestamp).toBeGreaterThanOrEqual(at - policy.maximumRecordAgeMs)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is delivered without end where neither retries nor age are limited, and no record is too large', () => {
    const endless = {
      bisects: true,
      maximumRetries: Number.POSITIVE_INFINITY,
      maximumRecordAgeMs: Number.POSITIVE_INFINITY,
    }
    const curable = outcomes.map((drawn) => drawn.filter(({ kind }) => kind !== 'too_large'))
    fc.assert(
      fc.property(batches, curable, (batch, drawn) => {
        expect(play(batch, endless, drawn, false).discarded.size).toBe(0)
      }),
    )
  })
})

describe('retries', () => {
  const records = [1n, 2n, 3n, 4n].map((offset) => ({ partition: 0, offset, timestamp: begin, key: null, text: '{}' }))
  const policy = { bisects: false, maximumRetries: 2, maximumRecordAgeMs: Number.POSITIVE_INFINITY }

  it('come after pauses that double up to three seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 60].map(pause)).toEqual([100, 200, 400, 800, 1_600, 3_000, 3_000])
  })

  it('are not used up while the function is not reached', () => {
    const delivery = new BatchDelivery(records, policy)
    for (let attempt = 0; attempt < 50; attempt++) delivery.invoked({ kind: 'unreachable' }, begin)
    expect(delivery.next(begin + 60_000)).toEqual({ do: 'invoke', records })
  })

  it('deliver the reported records alone', () => {
    const delivery = new BatchDelivery(records, policy)
    delivery.invoked({ kind: 'returned', failed: records.slice(1, 3) }, begin)
    expect(delivery.next(begin + 100)).toEqual({ do: 'invoke', records: records.slice(1, 3) })
    expect(delivery.committable()).toEqual(new Map([[0, 2n]]))
  })

  it('are not used up by splitting', () => {
    const delivery = new BatchDelivery(records, { ...policy, bisects: true, maximumRetries: 0 })
    const sizes: number[] = []
    for (let step = delivery.next(begin); step.do !== 'finish'; step = delivery.next(begin)) {
      if (step.do === 'invoke') {
        sizes.push(step.records.length)
        const poisoned = step.records.some(({ offset }) => offset === 3n)
        delivery.invoked(poisoned ? { kind: 'function_error' } : { kind: 'returned', failed: [] }, begin)
      } else if (step.do === 'discard') {
        expect(step).toMatchObject({ records: [records[2]], condition: 'RetryAttemptsExhausted', invocations: 3 })
        delivery.discarded()
      }
    }
    expect(sizes).toEqual([4, 2, 2, 1, 1])
  })
})
