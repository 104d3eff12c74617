/**
 * The seven ways to aggregate. All are commutative, associative and have an empty state, so a bucket does not depend on
 * the order of events, on batch boundaries, or on which partition saw what. The hot store knows these seven and no metric.
 */
import type { Decimal } from '../decimal.ts'

export type Op = 'sum' | 'count' | 'min' | 'max' | 'first' | 'last' | 'distinct'

/** One aggregate over events `E`; `Value` is what `read` gets to see. */
export interface Aggregate<in E = never, out Value = unknown> {
  readonly op: Op
  readonly of: (event: E) => Decimal | boolean | string | undefined
  readonly __value?: Value
}

export const sum = <E>(of: (event: E) => Decimal): Aggregate<E, Decimal> => ({ op: 'sum', of })

/** Counts events, or those for which `when` holds. */
export const count = <E>(when: (event: E) => boolean = () => true): Aggregate<E, number> => ({ op: 'count', of: when })

/** The least value; events without one are left out, and where none has one, `read` sees undefined. */
export const min = <E, V extends Decimal | undefined = Decimal>(of: (event: E) => V): Aggregate<E, V> => ({
  op: 'min',
  of,
})

/** The greatest value, as `min` the least. */
export const max = <E, V extends Decimal | undefined = Decimal>(of: (event: E) => V): Aggregate<E, V> => ({
  op: 'max',
  of,
})

/** The value at the earliest event time that has one, as `min`; ties go to the lower partition and offset. */
export const first = <E, V extends Decimal | undefined = Decimal>(of: (event: E) => V): Aggregate<E, V> => ({
  op: 'first',
  of,
})

/** The value at the latest event time that has one, as `min`; ties go to the higher partition and offset. */
export const last = <E, V extends Decimal | undefined = Decimal>(of: (event: E) => V): Aggregate<E, V> => ({
  op: 'last',
  of,
})

/**
 * How many different values, exactly; undefined is none. A set of the values themselves, written anew with each batch:
 * keep it to what fits in one period.
 */
export const distinct = <E>(of: (event: E) => string | undefined): Aggregate<E, number> => ({ op: 'distinct', of })
