import type { Decimal } from '../decimal.ts'
import { type Metric, PERIOD_MS, type ReadingOf } from './define-metric.ts'

/** Where an event stands in its log: what breaks a tie in event time, in the same way hot and cold. */
export interface Place {
  readonly partition: number
  readonly offset: bigint
}

export type State =
  | { readonly op: 'sum' | 'min' | 'max'; readonly value: Decimal }
  | { readonly op: 'count'; readonly value: number }
  | { readonly op: 'first' | 'last'; readonly value: Decimal; readonly at: number; readonly place: Place }
  | { readonly op: 'distinct'; readonly values: ReadonlySet<string> }

export type States = Readonly<Record<string, State>>

/** Names a bucket. */
export interface BucketName {
  readonly metric: string
  /** Values of the metric's `by` fields, in their order. */
  readonly entity: readonly string[]
  /** Start of the period, ms; 0 for `forever`. */
  readonly start: number
}

/** What is stored: one metric's aggregates for one entity and one period. */
export interface Bucket extends BucketName {
  readonly states: States
}

/** One string a bucket. Texts hold no control characters, so none can be mistaken for the separator. */
export const keyOf = ({ metric, entity, start }: BucketName): string => `${metric}\n${start}\n${entity.join('\n')}`

/** Merges two states of the same aggregate. Commutative and associative: the law on which everything here rests. */
export function merge(a: State, b: State): State {
  switch (a.op) {
    case 'sum':
      return { op: 'sum', value: a.value + same(a, b).value }
    case 'count':
      return { op: 'count', value: a.value + same(a, b).value }
    case 'min':
      return a.value <= same(a, b).value ? a : b
    case 'max':
      return a.value >= same(a, b).value ? a : b
    case 'first':
      return isBefore(a, same(a, b)) ? a : b
    case 'last':
      return isBefore(a, same(a, b)) ? b : a
    case 'distinct':
      return { op: 'distinct', values: a.values.union(same(a, b).values) }
    default:
      return a satisfies never
  }
}

/** Merges aggregate by aggregate; one that only one side has stays as it is. */
export function mergeStates(a: States, b: States): States {
  const merged: Record<string, State> = { ...a }
  for (const [name, state] of Object.entries(b)) {
    const held = merged[name]
    merged[name] = held === undefined ? state : merge(held, state)
  }
  return merged
}

/**
 * The one use of merging on read: minutes into an interval, partitions into an entity, both at once.
 * @param intervalMs length of the intervals, ms; a multiple of the metric's period. @default the metric's own period
 * @returns readings by the interval's start, ms, in no particular order.
 */
export function rollUp<M extends Metric>(
  metric: M,
  buckets: Iterable<Bucket>,
  intervalMs = metric.every === 'forever' ? 1 : PERIOD_MS[metric.every],
): Map<number, ReadingOf<M>> {
  const merged = new Map<number, States>()
  for (const { start, states } of buckets) {
    const interval = start - (start % intervalMs)
    merged.set(interval, mergeStates(merged.get(interval) ?? {}, states))
  }
  return new Map([...merged].map(([start, states]) => [start, read(metric, states)]))
}

/** The metric's reading of merged states. */
export const read = <M extends Metric>(metric: M, states: States): ReadingOf<M> =>
  metric.read(valuesOf(states) as never) as ReadingOf<M>

const valuesOf = (states: States) =>
  Object.fromEntries(Object.entries(states).map(([name, s]) => [name, s.op === 'distinct' ? s.values.size : s.value]))

export type Dated = Extract<State, { at: number }>

/** Earlier in event time; at the same time, lower in partition, then in offset. */
export const isBefore = (a: Pick<Dated, 'at' | 'place'>, b: Pick<Dated, 'at' | 'place'>): boolean =>
  a.at !== b.at
    ? a.at < b.at
    : a.place.partition !== b.place.partition
      ? a.place.partition < b.place.partition
      : a.place.offset < b.place.offset

function same<S extends State>(a: S, b: State): Extract<State, { op: S['op'] }> {
  if (a.op !== b.op) throw new TypeError(`cannot merge ${b.op} into ${a.op}`)
  return b as Extract<State, { op: S['op'] }>
}
