import type { EventDefinition, EventOf } from '../events/define-event.ts'
import type { Aggregate } from './aggregates.ts'

/** How long one bucket lasts. Shorter periods roll up into longer ones on read; `forever` is a running total. */
export type Period = 'minute' | 'hour' | 'day' | 'forever'

export type Aggregates<E> = Readonly<Record<string, Aggregate<E>>>
export type ValuesOf<A> = { readonly [N in keyof A]: A[N] extends Aggregate<never, infer V> ? V : never }

export interface Metric<
  D extends EventDefinition = EventDefinition,
  A extends Aggregates<never> = Aggregates<never>,
  Reading = unknown,
> {
  readonly name: string
  /** One sentence with the unit and, for a formula, its source. */
  readonly doc: string
  readonly of: readonly D[]
  /** The fields that name the entity; none: one entity, the whole platform. */
  readonly by: readonly (keyof EventOf<D> & string)[]
  readonly every: Period
  /** How long a bucket is kept after its last write, in hours. `forever` buckets stay until their entity is erased. */
  readonly keepHours: number
  /** Whether events that arrive late still count. Where they do not, the cold path corrects the day. */
  readonly late: 'counts' | 'ignored'
  readonly aggregates: A
  /** The answer, from merged aggregates of at least one event. Pure: the same for one minute, an hour, or one partition's part. */
  read(values: ValuesOf<A>): Reading
}

export type ReadingOf<M> = M extends { read(values: never): infer R } ? R : never

/**
 * Defines a hot metric over one event, or over several told apart by `type`. The consumer, the API's
 * `/live/{metric}/{entity}`, the reconciliation with silver and the property tests (order, batching and redelivery
 * change nothing) follow from it. @default keepHours 1, late 'ignored'
 */
export function defineMetric<D extends EventDefinition, const A extends Aggregates<EventOf<D>>, Reading>(
  of: D | readonly D[],
  metric: Omit<Metric<D, A, Reading>, 'of' | 'keepHours' | 'late'> & {
    readonly keepHours?: number
    readonly late?: 'counts' | 'ignored'
  },
): Metric<D, A, Reading> {
  return { keepHours: 1, late: 'ignored', ...metric, of: isList(of) ? of : [of] }
}

const isList = <D>(of: D | readonly D[]): of is readonly D[] => Array.isArray(of)

export const PERIOD_MS: Readonly<Record<Exclude<Period, 'forever'>, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
}

/** Start of the period that holds `at`, ms; 0 for `forever`. Days are UTC. */
export const periodStart = (every: Period, at: number): number =>
  every === 'forever' ? 0 : at - (at % PERIOD_MS[every])

/** What a store's values depend on in the definitions of metrics, as text: where it differs, they were counted otherwise. */
export const shapeOf = (metrics: readonly Metric[]): string =>
  JSON.stringify(
    metrics.map(({ name, of, by, every, late, aggregates }) => [
      name,
      of.map((event) => event.name),
      by,
      every,
      late,
      Object.entries(aggregates).map(([aggregate, { op }]) => [aggregate, op]),
    ]),
  )
