import type { AnyEvent } from '../events/define-event.ts'
import type { Aggregate } from './aggregates.ts'
import { type Bucket, isBefore, keyOf, type Place, type State } from './bucket.ts'
import { type Metric, periodStart } from './define-metric.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Running = Record<string, Mutable<State>>

/**
 * Adds events up into buckets, each event into every metric that is defined over its type.
 * One `Fold` serves one batch of one partition; what it yields is merged with what is stored.
 */
export class Fold {
  readonly #metricsOf: ReadonlyMap<string, readonly Metric[]>
  readonly #buckets = new Map<string, Bucket & { readonly states: Running }>()

  /** @param metricsOf from `byEventType`, computed once. */
  constructor(metricsOf: ReadonlyMap<string, readonly Metric[]>) {
    this.#metricsOf = metricsOf
  }

  /**
   * @param at event time, ms; @param late whether it arrived late
   * @returns whether any metric counted it: none does where all of them ignore late events and this one is.
   */
  add(event: AnyEvent, at: number, place: Place, late: boolean): boolean {
    let counted = false
    for (const metric of this.#metricsOf.get(event.type) ?? []) {
      if (late && metric.late === 'ignored') continue
      counted = true
      const entity = entityOf(metric, event)
      if (entity === undefined) continue
      const start = periodStart(metric.every, at)
      const key = keyOf({ metric: metric.name, entity, start })
      let bucket = this.#buckets.get(key)
      if (bucket === undefined) {
        bucket = { metric: metric.name, entity, start, states: {} }
        this.#buckets.set(key, bucket)
      }
      for (const name in metric.aggregates) {
        const aggregate = metric.aggregates[name]
        if (aggregate !== undefined) include(bucket.states, name, aggregate, event, at, place)
      }
    }
    return counted
  }

  /** Everything added so far, by `keyOf`. */
  get buckets(): ReadonlyMap<string, Bucket> {
    return this.#buckets
  }
}

/** The values that name the entity; undefined where the event lacks one of them, and so belongs to none. */
function entityOf({ by }: Metric, event: AnyEvent): readonly string[] | undefined {
  const entity: string[] = []
  for (const name of by) {
    const value = event[name]
    if (value === undefined) return undefined
    entity.push(String(value))
  }
  return entity
}

/** Which metrics an event of each type goes into. */
export function byEventType(metrics: readonly Metric[]): ReadonlyMap<string, readonly Metric[]> {
  const types = new Set(metrics.flatMap(({ of }) => of.map(({ name }) => name)))
  return new Map([...types].map((type) => [type, metrics.filter(({ of }) => of.some(({ name }) => name === type))]))
}

function include(states: Running, name: string, aggregate: Aggregate, event: AnyEvent, at: number, place: Place): void {
  const value = aggregate.of(event as never)
  const state = states[name]
  if (value === undefined) {
    if (state === undefined && aggregate.op === 'distinct') states[name] = { op: 'distinct', values: new Set() }
    return
  }
  if (state === undefined) {
    states[name] = begin(aggregate, value, at, place)
    return
  }
  switch (state.op) {
    case 'sum':
      state.value += value as bigint
      return
    case 'count':
      if (value === true) state.value += 1
      return
    case 'min':
      if ((value as bigint) < state.value) state.value = value as bigint
      return
    case 'max':
      if ((value as bigint) > state.value) state.value = value as bigint
      return
    case 'first':
      if (isBefore({ at, place }, state)) Object.assign(state, { value, at, place })
      return
    case 'last':
      if (isBefore(state, { at, place })) Object.assign(state, { value, at, place })
      return
    case 'distinct':
      ;(state.values as Set<string>).add(value as string)
      return
    default:
      state satisfies never
  }
}

function begin({ op }: Aggregate, value: unknown, at: number, place: Place): Mutable<State> {
  switch (op) {
    case 'sum':
    case 'min':
    case 'max':
      return { op, value: value as bigint }
    case 'count':
      return { op, value: value === true ? 1 : 0 }
    case 'first':
    case 'last':
      return { op, value: value as bigint, at, place }
    case 'distinct':
      return { op, values: new Set([value as string]) }
    default:
      return op satisfies never
  }
}
