/**
 * The seven ways to aggregate. All are commutative, associative and have an empty state, so a bucket does not depend on
 * the order of events, on batch boundaries, or on which partition saw what. The hot store knows these seven and no metric.
 */
import type { Decimal } from '../decimal.ts'

export type Op = 'sum' | 'count' | 'min' | 'max' | 'first' | 'last' | 'distinct'

/** One aggregate over events `E`; `Value` is what `read` gets to see. */
export interface Aggregate<in E = never, out Value = unknown> {
  readonly op: Op
  readonly of: (event: E) => Decimal | boolean | string
  readonly __value?: Value
}

export const sum = <E>(of: (event: E) => Decimal): Aggregate<E, Decimal> => ({ op: 'sum', of })

/** Counts events, or those for which `when` holds. */
export const count = <E>(when: (event: E) => boolean = () => true): Aggregate<E, number> => ({ op: 'count', of: when })

export const min = <E>(of: (event: E) => Decimal): Aggregate<E, Decimal> => ({ op: 'min', of })
export const max = <E>(of: (event: E) => Decimal): Aggregate<E, Decimal> => ({ op: 'max', of })

/** The value at the earliest event time; ties go to the lower partition and offset. */
export const first = <E>(of: (event: E) => Decimal): Aggregate<E, Decimal> => ({ op: 'first', of })

/** The value at the latest event time; ties go to the higher partition and offset. */
export const last = <E>(of: (event: E) => Decimal): Aggregate<E, Decimal> => ({ op: 'last', of })

/** How many different values, exactly: a set of the values themselves, so keep it to what fits in one period. */
export const distinct = <E>(of: (event: E) => string): Aggregate<E, number> => ({ op: 'distinct', of })
