import { hash } from 'node:crypto'
import { isLate } from '#domain/events/define-event.ts'
import type { RememberedIds } from '#domain/events/remembered-ids.ts'
import { type Bucket, keyOf, mergeStates } from '#domain/metrics/bucket.ts'
import type { Metric } from '#domain/metrics/define-metric.ts'
import { Fold } from '#domain/metrics/fold.ts'
import { handledBucket } from '#domain/metrics/handled-records.ts'
import type { Checkpoint, DecodedBatch, Generation, HotStore, LogRecord } from '#domain/ports.ts'

/** What a batch adds: to buckets and remembered ids. Nothing of it counts before the store has it. */
interface Change {
  readonly buckets: ReadonlyMap<string, Bucket>
  readonly ids: ReadonlyMap<number, readonly string[]>
  readonly newestAppend: number
}

/** What counting needs besides the state itself. */
export interface Counting {
  readonly hotStore: HotStore
  readonly metrics: ReadonlyMap<string, Metric>
  readonly metricsOf: ReadonlyMap<string, readonly Metric[]>
  /** A digest of the metrics' definitions. */
  readonly shape: string
  readonly now: () => number
  readonly newToken: () => string
}

/** Records of one partition, decoded, and the offsets that they cover: up to but not including `next`. */
export interface Batch extends DecodedBatch {
  readonly first: bigint
  readonly next: bigint
  /** Whether every offset is used, so that a missing one is a missing record. */
  readonly contiguous: boolean
}

const HOUR_MS = 3_600_000
/** Buckets held before the oldest knowledge is dropped and read anew when it is needed. */
const HELD_BUCKETS = 20_000
/** A build may reach an old bucket in parts: it stays at least this long between them, ms. A Lambda runs no longer. */
const KEEP_AT_LEAST_MS = 15 * 60_000

/**
 * One generation of a partition's hot state, as this process knows it: valid as long as the store's token is the one
 * it holds. Every write replaces the token, so a process whose knowledge is old writes nothing.
 */
export class GenerationState {
  readonly generation: Generation
  checkpoint: Checkpoint | undefined
  readonly #ids: RememberedIds
  #held = new Map<string, Bucket>()
  readonly #counting: Counting

  constructor(generation: Generation, checkpoint: Checkpoint | undefined, ids: RememberedIds, counting: Counting) {
    this.generation = generation
    this.checkpoint = checkpoint
    this.#ids = ids
    this.#counting = counting
  }

  /**
   * Counts what of the batch is not counted yet.
   * @returns whether the batch is counted now; if not, somebody else wrote meanwhile, and this state has to be refreshed.
   */
  async count(batch: Batch): Promise<boolean> {
    const from = this.checkpoint?.next ?? 0n
    if (batch.next <= from) return true
    const pending = from <= batch.first ? batch : since(batch, from)
    const change = this.#fold(pending)
    if (change.buckets.size > this.#counting.hotStore.bucketsPerAdvance && pending.next - pending.first > 1n) {
      const [first, second] = halves(pending)
      return (await this.count(first)) && (await this.count(second))
    }
    return this.#write(pending, change)
  }

  /** Takes in what others wrote meanwhile: their ids; their buckets are read when they are needed. */
  async catchUp(checkpoint: Checkpoint): Promise<void> {
    const ids = this.#ids
    const { appendedAt } = checkpoint
    const news = await this.#counting.hotStore.ids(
      this.generation,
      ids.oldestFor(appendedAt),
      ids.spanOf(appendedAt),
      (span) => ids.countOf(span),
    )
    for (const [span, fingerprints] of news) for (const id of fingerprints) ids.add(id, span * ids.spanMs)
    this.#held = new Map()
    this.checkpoint = checkpoint
  }

  /** Begins an empty generation at an offset: the first that the log still has. */
  async begin(at: bigint): Promise<boolean> {
    const nothing: Batch = { first: at, next: at, contiguous: false, events: [], rejected: [] }
    return this.#write(nothing, { buckets: new Map(), ids: new Map(), newestAppend: 0 }, at)
  }

  #fold({ events, rejected }: Batch): Change {
    const { metricsOf } = this.#counting
    const { topic, partition } = this.generation
    const fold = new Fold(metricsOf)
    const outcomes = new Map<string, number>()
    const ids = new Map<number, string[]>()
    const counted = new Set<string>()
    const tally = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    let newestAppend = 0

    for (const { event, id, at, record } of events) {
      const { appendedAt, offset } = record
      if (appendedAt > newestAppend) newestAppend = appendedAt
      const fingerprint = fingerprintOf(id)
      if (counted.has(fingerprint) || this.#ids.has(fingerprint, appendedAt)) {
        tally('duplicate')
        continue
      }
      counted.add(fingerprint)
      const span = this.#ids.spanOf(appendedAt)
      const ofSpan = ids.get(span)
      if (ofSpan === undefined) ids.set(span, [fingerprint])
      else ofSpan.push(fingerprint)
      const late = isLate(at, event.received_at)
      const counts = fold.add(event, at, { partition, offset }, late)
      tally(late ? (counts ? 'counted_late' : 'late') : 'counted')
    }
    for (const { code, record } of rejected) {
      tally(code)
      if (record.appendedAt > newestAppend) newestAppend = record.appendedAt
    }
    const buckets = new Map(fold.buckets)
    for (const [outcome, records] of outcomes) {
      const bucket = handledBucket(topic, outcome, records)
      buckets.set(keyOf(bucket), bucket)
    }
    return { buckets, ids, newestAppend }
  }

  async #write(batch: Batch, { buckets, ids, newestAppend }: Change, beginAt?: bigint): Promise<boolean> {
    const { hotStore, now, newToken, shape } = this.#counting
    const merged = await this.#mergeWithStored(buckets)
    const writtenAt = now()
    const { checkpoint: held } = this
    const gap = held?.gap ?? gapBefore(batch, held?.next ?? beginAt ?? 0n)
    const checkpoint: Checkpoint = {
      token: newToken(),
      shape: held?.shape ?? shape,
      next: batch.next,
      from: held?.from ?? beginAt ?? 0n,
      ...(gap === undefined ? {} : { gap }),
      appendedAt: Math.max(newestAppend, held?.appendedAt ?? 0),
      writtenAt,
    }
    const age = newestAppend === 0 ? 0 : writtenAt - newestAppend
    const written = await hotStore.advance(this.generation, {
      expected: held?.token,
      checkpoint,
      buckets: merged.flatMap((bucket) => this.#kept(bucket, age)),
      ids,
      keepIdsMs: this.#ids.keepMs,
    })
    if (!written) return false
    this.checkpoint = checkpoint
    if (this.#held.size > HELD_BUCKETS) this.#held = new Map()
    for (const bucket of merged) this.#held.set(keyOf(bucket), bucket)
    for (const [span, fingerprints] of ids) for (const id of fingerprints) this.#ids.add(id, span * this.#ids.spanMs)
    return true
  }

  async #mergeWithStored(changes: ReadonlyMap<string, Bucket>): Promise<readonly Bucket[]> {
    const unknown = [...changes].filter(([key]) => !this.#held.has(key)).map(([, bucket]) => bucket)
    const stored = unknown.length > 0 ? await this.#counting.hotStore.buckets(this.generation, unknown) : []
    const before = new Map(stored.map((bucket) => [keyOf(bucket), bucket]))
    return [...changes].map(([key, change]) => {
      const held = this.#held.get(key) ?? before.get(key)
      return held === undefined ? change : { ...change, states: mergeStates(held.states, change.states) }
    })
  }

  /**
   * How long a bucket stays counts from when its newest record was appended, so that a rebuilt state forgets what the
   * first one would have forgotten by now; what is long gone is not written at all.
   */
  #kept(bucket: Bucket, age: number): readonly { bucket: Bucket; keepMs?: number }[] {
    const metric = this.#counting.metrics.get(bucket.metric)
    if (metric === undefined || metric.every === 'forever') return [{ bucket }]
    const keepMs = metric.keepHours * HOUR_MS
    if (age > 2 * keepMs) return []
    return [{ bucket, keepMs: Math.max(keepMs - age, KEEP_AT_LEAST_MS) }]
  }
}

/** Sixteen bytes that stand for an id: two ids of one partition share them less often than memory fails. */
const fingerprintOf = (id: string): string => hash('sha256', id, 'binary').slice(0, 16)

const gapBefore = ({ first, contiguous }: Batch, expected: bigint): Checkpoint['gap'] =>
  contiguous && first > expected ? { from: expected, to: first } : undefined

/** The part of a batch from an offset on. */
function since(batch: Batch, from: bigint): Batch {
  const isPending = ({ record }: { readonly record: LogRecord }) => record.offset >= from
  return { ...batch, first: from, events: batch.events.filter(isPending), rejected: batch.rejected.filter(isPending) }
}

/** Two parts of about as many records, for a batch that touches more buckets than one write takes. */
function halves(batch: Batch): readonly [Batch, Batch] {
  const offsets = [...batch.events, ...batch.rejected]
    .map(({ record }) => record.offset)
    .sort((a, b) => (a < b ? -1 : 1))
  const middle = offsets[offsets.length >> 1] ?? batch.next
  const isBefore = ({ record }: { readonly record: LogRecord }) => record.offset < middle
  const first = {
    ...batch,
    next: middle,
    events: batch.events.filter(isBefore),
    rejected: batch.rejected.filter(isBefore),
  }
  return [first, since(batch, middle)]
}
