/**
 * Everything that the platform asks of the outside, on one page. An adapter implements one of these; a use case takes
 * them as arguments. Each contract is tested once, against every adapter and the in-memory one.
 */
import type { AnyEvent } from './events/define-event.ts'
import type { BronzeRow, QuarantineRow } from './lake/rows.ts'
import type { Bucket, BucketName } from './metrics/bucket.ts'
import type { Metric } from './metrics/define-metric.ts'

/** A partition of a topic: the unit of order, of exactly-once, and of failure. */
export interface Partition {
  readonly topic: string
  readonly partition: number
}

/** A record as the log gave it: bytes, and where and when they were appended. */
export interface LogRecord extends Partition {
  /** Kafka's offset, or Kinesis's sequence number: too long for a number. */
  readonly offset: bigint
  /** Broker's append time, ms. A redelivered record has the same one. */
  readonly appendedAt: number
  readonly value: Uint8Array
}

/** An event as recorded: what happened, and where it stands in the log. */
export interface RecordedEvent {
  readonly event: AnyEvent
  readonly id: string
  /** Event time, ms. */
  readonly at: number
  readonly record: LogRecord
}

/** A record that no contract accepts. It is data, not an error: it lands in quarantine and counts as handled. */
export interface RejectedRecord {
  readonly record: LogRecord
  readonly stage: 'decode' | 'contract'
  /** Groups alike reasons: `price_not_positive`. */
  readonly code: string
  /** For the person who repairs it: 'price: -3 is not positive'. */
  readonly reason: string
}

export interface DecodedBatch {
  readonly events: readonly RecordedEvent[]
  readonly rejected: readonly RejectedRecord[]
}

/**
 * Bytes to events, or to reasons: every record comes out in exactly one of the two, each in the order of the log.
 * Rejects only when the schema registry cannot answer, which is no fault of the record's.
 */
export type DecodeBatch = (records: readonly LogRecord[]) => Promise<DecodedBatch>

/** One build of a partition's hot state. Another one replaces it where it has a gap, and is then switched to. */
export interface Generation extends Partition {
  readonly generation: string
}

/** How far a generation has counted. */
export interface Checkpoint {
  /** The offset after the last record counted. */
  readonly next: bigint
  /** The first offset that the generation covers: above zero, earlier records had left the log when it was built. */
  readonly from: bigint
  /** Records that it missed. It stays until another generation replaces this one. */
  readonly gap?: { readonly from: bigint; readonly to: bigint }
  /** Broker's append time of the newest record counted, ms. */
  readonly appendedAt: number
  /** When it was written, ms. */
  readonly writtenAt: number
  /** Which metrics it was counted by, as a digest of their definitions. */
  readonly shape: string
  /** Unique to each write: whoever holds it holds the values that were written with it. */
  readonly token: string
}

/** What one advance writes: all of it or nothing. */
export interface Advance {
  /** The token of the checkpoint that the buckets were merged upon; undefined where the generation has none yet. */
  readonly expected: string | undefined
  readonly checkpoint: Checkpoint
  /** Whole buckets, merged; `keepMs` is how long each stays, for ever where undefined. */
  readonly buckets: readonly { readonly bucket: Bucket; readonly keepMs?: number }[]
  /** Fingerprints of ids newly counted, by span. */
  readonly ids: ReadonlyMap<number, readonly string[]>
  /** How long those ids stay, ms. */
  readonly keepIdsMs: number
}

/** Where a generation stands: at a checkpoint, at none yet, or closed because another one took over. */
export type Standing = { readonly checkpoint: Checkpoint | undefined } | { readonly replacedBy: string }

/** Live values, sharded by the partition that wrote them: the writers' side. */
export interface HotStore {
  /** The generation in use and the one being built, where there are such. */
  generations(partition: Partition): Promise<{ readonly current?: string; readonly building?: string }>

  /** Names a first generation, or one to build; where there is one already it stays. @returns the one that stands. */
  propose(partition: Partition, as: 'current' | 'building', generation: string): Promise<string>

  standing(generation: Generation): Promise<Standing>

  /** Those of the named buckets that are stored. */
  buckets(generation: Generation, names: readonly BucketName[]): Promise<readonly Bucket[]>

  /**
   * Fingerprints of the ids counted in spans `from` to `to`, both included, each span's in the order of the log.
   * @param known how many of a span's first ids the caller has already: they are left out. @default none
   */
  ids(
    generation: Generation,
    from: number,
    to: number,
    known?: (span: number) => number,
  ): Promise<readonly (readonly [span: number, ids: readonly string[]])[]>

  /**
   * Writes buckets, ids and checkpoint where the token that stands is the expected one; otherwise nothing.
   * @returns whether it wrote. After a lost answer the caller reads the standing again: it shows which.
   */
  advance(generation: Generation, change: Advance): Promise<boolean>

  /** The most buckets that one advance takes. */
  readonly bucketsPerAdvance: number

  /**
   * Closes a generation for its successor, if it has counted no further than `next`, the successor's: from then on
   * nothing can be written to it, and its standing names the successor.
   * @returns whether it is closed for that successor.
   */
  close(generation: Generation, successor: string, next: bigint): Promise<boolean>

  /** Makes `to` current in place of `from`, undefined where there is none. @returns whether `to` is current now. */
  replace(partition: Partition, from: string | undefined, to: string): Promise<boolean>

  /** Gives up a generation that was being built: another one can be proposed. */
  abandon(partition: Partition, building: string): Promise<void>

  /**
   * Deletes what replaced and abandoned generations left behind, safe to repeat where it was cut short. Not part of the
   * switch itself: somebody may just be reading the generation that was replaced.
   */
  sweep(partition: Partition): Promise<void>
}

/** How fresh and how whole one partition's hot state is. */
export interface PartitionFreshness extends Partition {
  /** missing: there is no state; gap: records are missing from it; partial: it begins after the log's first record. */
  readonly state: 'whole' | 'missing' | 'gap' | 'partial'
  readonly checkpoint?: Checkpoint
}

/** What of a metric to read. */
export interface Within {
  /** Only entities that begin with these values: all `by` fields but the last. @default all */
  readonly group?: readonly string[]
  /** Of a periodic metric, the periods from `from` on and before `to`, ms. @default none */
  readonly from?: number
  readonly to?: number
}

/** Live values: the readers' side. */
export interface HotView {
  /** Buckets of one entity from every partition that holds it, `from` inclusive, `to` exclusive, unmerged. */
  read(metric: Metric, entity: readonly string[], from: number, to: number): Promise<readonly Bucket[]>

  /** Buckets of every entity, unmerged. @param within @default everything of a `forever` metric */
  readAll(metric: Metric, within?: Within): Promise<readonly Bucket[]>

  freshness(topic: string): Promise<readonly PartitionFreshness[]>
}

/** What is to be appended to a topic; records of one key keep their order. */
export interface OutgoingRecord {
  readonly topic: string
  readonly key: string
  readonly value: Buffer
}

/** Records of one topic: taken over from the caller, and known to be in the log. */
export interface Tally {
  readonly accepted: number
  readonly acknowledged: number
}

/**
 * Where events go in: a log, or a queue that leads to one. What is acknowledged is in it at least once; what is neither
 * acknowledged nor refused may or may not be.
 */
export interface EventSink {
  /**
   * Takes records over; resolves when there is room for more.
   * @throws Refusal or the service's error, once any record could not be delivered
   */
  accept(records: readonly OutgoingRecord[]): Promise<void>
  /** Resolves when everything accepted is acknowledged. @throws as `accept` does */
  flush(): Promise<void>
  /** By topic, what was accepted and what is acknowledged so far. */
  readonly tally: ReadonlyMap<string, Tally>
  /** Disconnects; what is not acknowledged by now is given up. */
  close(): Promise<void>
}

/** A partitioned log, read from anywhere. */
export interface Log {
  /** Whether every offset is used, so that a missing one is a missing record: so on Kafka, not on Kinesis. */
  readonly contiguous: boolean
  /**
   * The first offset still there, and the one after the last. As long as nothing has left the log the first is 0, also
   * where no record has that number.
   */
  bounds(partition: Partition): Promise<{ readonly earliest: bigint; readonly end: bigint }>
  /** Records from an offset on, in order, up to but not including `end`; batches as they come. */
  read(partition: Partition, from: bigint, end: bigint): AsyncIterable<readonly LogRecord[]>
  close(): Promise<void>
}

/**
 * A table that only grows.
 * `append` resolves when every row is acknowledged. It rejects when any is not; others may have landed, and will again.
 */
export interface AppendOnly<Row> {
  append(rows: readonly Row[]): Promise<void>
}

export type Bronze = AppendOnly<BronzeRow>
export type Quarantine = AppendOnly<QuarantineRow>

/** One row of an answer; a value is text as Athena spells it, undefined for null. */
export type LakeRow = Readonly<Record<string, string | undefined>>

/** The lake's tables, asked in SQL. */
export interface Lake {
  /**
   * Runs one statement to its end.
   * @param parameters SQL literals for its `?`, strings in single quotes
   * @returns its rows; none for what is no query
   * @throws LakeError where the statement failed or was stopped, with the engine's own reason
   */
  query(sql: string, parameters?: readonly string[]): Promise<readonly LakeRow[]>
}

/** An object's text, and the tag that says which version of it that is. */
export interface TaggedText {
  readonly text: string
  readonly tag: string
}

/** Small objects that several write at once: what leases and ledgers are made of. */
export interface ConditionalObjects {
  /** @returns undefined where there is none */
  get(key: string): Promise<TaggedText | undefined>
  /** Writes where there is none. @returns whether it wrote */
  create(key: string, text: string): Promise<boolean>
  /** Writes where the version of that tag still stands. @returns whether it wrote */
  replace(key: string, text: string, tag: string): Promise<boolean>
  /** Writes whatever stands there. */
  put(key: string, text: string): Promise<void>
  /** Keys that begin with the prefix. */
  list(prefix: string): Promise<readonly string[]>
}

/** Statements under way in the lake, whoever began them. */
export interface LakeStatements {
  /**
   * Stops those that name `text` and have not ended, and waits until they have: from then on none can commit.
   * @param since only those begun after it, ms
   * @returns how many
   */
  stopNaming(text: string, since: number): Promise<number>
}

/** Executions of state machines, as far as one asks whether another is still at work. */
export interface Executions {
  /** By its ARN. @returns false where it has ended, and where AWS has forgotten it */
  isRunning(execution: string): Promise<boolean>
}

/** Objects that Firehose has put aside because it could not deliver what is in them. */
export interface Undelivered {
  /** Their names, in no order that means anything; new ones may come meanwhile. */
  names(): AsyncIterable<string>
  /** An object's lines, as they come. */
  lines(name: string): AsyncIterable<string>
  delete(name: string): Promise<void>
}
