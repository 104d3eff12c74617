import type { PendingRecord } from './event.ts'
import type { Mapping } from './mapping.ts'

/** How one invocation went. */
export type Outcome =
  /** The function returned; `failed` holds what it reported as failed, `'all'` where the report names a record that was not sent. */
  | { readonly kind: 'returned'; readonly failed: readonly PendingRecord[] | 'all' }
  | { readonly kind: 'function_error' }
  /** The function was not reached, or the answer never came: throttled, missing, cut off. Uses up no retry. */
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'too_large' }

/** Why records are given up. The names are Lambda's. */
export type Condition = 'RetryAttemptsExhausted' | 'RecordAgeExpired' | 'MaximumPayloadSizeExceeded'

/** What to do next with a batch. Times are epoch milliseconds. */
export type Step =
  | { readonly do: 'invoke'; readonly records: readonly PendingRecord[] }
  | { readonly do: 'wait'; readonly until: number }
  | {
      readonly do: 'discard'
      readonly records: readonly PendingRecord[]
      readonly condition: Condition
      readonly invocations: number
    }
  | { readonly do: 'finish' }

type Policy = Pick<Mapping, 'bisects' | 'maximumRetries' | 'maximumRecordAgeMs'>

interface Segment {
  readonly records: readonly PendingRecord[]
  readonly retries: number
  readonly invocations: number
  /** Failed attempts in a row, of any kind: only the pause grows with them. */
  readonly setbacks: number
  readonly notBefore: number
  readonly givenUp?: Condition
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 3_000

/** The pause before another attempt, after `setbacks` failed ones in a row (1, 2, …), in milliseconds. */
export function pause(setbacks: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(setbacks - 1, 10), LONGEST_PAUSE_MS)
}

/**
 * One batch from its first invocation until each of its records is handled or given up. Knows no clock and no network: its
 * owner does what `next` says and tells how it went. Segments of a bisected batch are worked off from the front, one at a
 * time, so the order within a partition holds.
 */
export class BatchDelivery {
  readonly #policy: Policy
  readonly #records: readonly PendingRecord[]
  readonly #settled = new Set<PendingRecord>()
  #segments: Segment[]

  constructor(records: readonly PendingRecord[], policy: Policy) {
    this.#policy = policy
    this.#records = records
    this.#segments = records.length === 0 ? [] : [fresh(records)]
  }

  /** Cuts what is left of a batch that was not yet invoked in two halves. */
  halve(): void {
    this.#segments = this.#segments.flatMap((segment) => halves(segment) ?? [segment])
  }

  next(now: number): Step {
    const [segment, ...later] = this.#segments
    if (segment === undefined) return { do: 'finish' }
    const { records, invocations, givenUp } = segment
    if (givenUp !== undefined) return { do: 'discard', records, condition: givenUp, invocations }
    const oldest = now - this.#policy.maximumRecordAgeMs
    const expired = records.filter(({ timestamp }) => timestamp < oldest)
    if (expired.length > 0) {
      const young = records.filter(({ timestamp }) => timestamp >= oldest)
      const rest = young.length === 0 ? [] : [{ ...segment, records: young }]
      this.#segments = [{ ...segment, records: expired, givenUp: 'RecordAgeExpired' }, ...rest, ...later]
      return this.next(now)
    }
    if (segment.notBefore > now) return { do: 'wait', until: segment.notBefore }
    return { do: 'invoke', records }
  }

  /** Takes in how the invocation that `next` asked for went. */
  invoked(outcome: Outcome, now: number): void {
    const [segment, ...later] = this.#segments
    if (segment === undefined) throw new Error('An outcome came for a batch that is finished.')
    const again = { ...segment, setbacks: segment.setbacks + 1, notBefore: now + pause(segment.setbacks + 1) }
    switch (outcome.kind) {
      case 'unreachable':
        this.#segments = [again, ...later]
        return
      case 'too_large':
        this.#segments = [
          ...(halves(segment) ?? [{ ...segment, givenUp: 'MaximumPayloadSizeExceeded' as const }]),
          ...later,
        ]
        return
      case 'function_error':
        this.#segments = [...((this.#policy.bisects && halves(counted(segment))) || [this.#retried(again)]), ...later]
        return
      case 'returned': {
        const failed = new Set(outcome.failed === 'all' ? segment.records : outcome.failed)
        for (const record of segment.records) if (!failed.has(record)) this.#settled.add(record)
        const records = segment.records.filter((record) => failed.has(record))
        this.#segments = records.length === 0 ? later : [this.#retried({ ...again, records }), ...later]
        return
      }
      default:
        outcome satisfies never
    }
  }

  /** Says that the records of the last `discard` step are where they belong. */
  discarded(): void {
    const [segment, ...later] = this.#segments
    if (segment?.givenUp === undefined) throw new Error('Nothing of this batch was to be discarded.')
    for (const record of segment.records) this.#settled.add(record)
    this.#segments = later
  }

  /** For each partition, the offset behind its last record before which everything is handled or given up. */
  committable(): Map<number, bigint> {
    const offsets = new Map<number, bigint>()
    const blocked = new Set<number>()
    for (const record of this.#records) {
      if (blocked.has(record.partition)) continue
      if (this.#settled.has(record)) offsets.set(record.partition, record.offset + 1n)
      else blocked.add(record.partition)
    }
    return offsets
  }

  #retried(segment: Segment): Segment {
    const { retries } = segment
    const spent = retries >= this.#policy.maximumRetries
    return spent
      ? { ...counted(segment), givenUp: 'RetryAttemptsExhausted' }
      : { ...counted(segment), retries: retries + 1 }
  }
}

function fresh(records: readonly PendingRecord[]): Segment {
  return { records, retries: 0, invocations: 0, setbacks: 0, notBefore: 0 }
}

function counted(segment: Segment): Segment {
  return { ...segment, invocations: segment.invocations + 1 }
}

/** Splitting uses up no retry. Undefined where there is nothing to split. */
function halves(segment: Segment): [Segment, Segment] | undefined {
  const middle = segment.records.length >> 1
  if (middle === 0) return undefined
  return [
    { ...segment, records: segment.records.slice(0, middle) },
    { ...segment, records: segment.records.slice(middle) },
  ]
}
