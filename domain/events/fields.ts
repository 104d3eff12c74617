/**
 * The words a contract may use. The list is closed, so that every word can be rendered to JSON, Avro, Parquet, PySpark
 * and prose, and a switch over `kind` can be exhaustive. There is no word for personal data: only for its token.
 */
import type { Decimal } from '../decimal.ts'

export type Kind = 'text' | 'token' | 'decimal' | 'integer' | 'instant' | 'flag' | 'choice'

/** What a value may be at most, whoever parses it. */
export const limits = {
  /** Characters of a text. */
  text: 256,
  /** Digits of a decimal before the point: a product still fits decimal(38,8), and so does a sum of many. */
  digits: 14,
  /** The first instant, ms, and the one after the last. */
  from: Date.UTC(2000, 0),
  until: Date.UTC(2100, 0),
} as const

declare const value: unique symbol

/** One field of an event. `Value` is the TypeScript type of its parsed value. */
export interface Field<K extends Kind = Kind, Value = unknown, Optional extends boolean = boolean> {
  readonly kind: K
  /** What it means, in one sentence for an analyst. */
  readonly doc: string
  /** What it is counted in: 'USD', 'BTC', 'ms'. Absent where the kind has none. */
  readonly unit?: string
  readonly choices?: readonly string[]
  readonly positive?: true
  /** Of a decimal or whole number: the least and the greatest that it may be, both included, in whole units. */
  readonly least?: number
  readonly greatest?: number
  /** Of a text: its most characters, where that is not `limits.text`. */
  readonly most?: number
  /** As it may look in JSON. @default one that its kind suggests; a text, decimal or whole number has none */
  readonly example?: string | number
  /** Looked up where the event is decoded, by another field of it; such a field never travels. */
  readonly lookup?: { readonly by: string; readonly in: ReadonlyMap<string, string> }
  readonly optional: Optional
  readonly [value]?: Value
}

/** One to `most` characters, by default 256; none of them a control character. */
export const text = (
  doc: string,
  more: { readonly most?: number; readonly example?: string } = {},
): Field<'text', string, false> => ({ kind: 'text', doc, ...more, optional: false })

/** A keyed hash of something personal, made where the event enters: 64 hexadecimal digits. */
export const token = (doc: string): Field<'token', string, false> => ({ kind: 'token', doc, optional: false })

/** Money, price or quantity: eight decimals, a string in JSON, never a float. */
export const decimal = (
  unit: string,
  doc: string,
  more: { readonly example?: string } = {},
): Field<'decimal', Decimal, false> => ({ kind: 'decimal', unit, doc, ...more, optional: false })

/** A whole number that a double holds exactly. */
export const integer = (
  unit: string,
  doc: string,
  more: { readonly example?: number } = {},
): Field<'integer', number, false> => ({ kind: 'integer', unit, doc, ...more, optional: false })

/** Milliseconds since 1970 UTC, from 2000 to 2100: what lies outside is a wrong unit or a broken clock. */
export const instant = (doc: string): Field<'instant', number, false> => ({
  kind: 'instant',
  unit: 'ms',
  doc,
  optional: false,
})

export const flag = (doc: string): Field<'flag', boolean, false> => ({ kind: 'flag', doc, optional: false })

export const oneOf = <const C extends readonly string[]>(
  choices: C,
  doc: string,
): Field<'choice', C[number], false> => ({ kind: 'choice', choices, doc, optional: false })

/** Zero and below are rejected. */
export const positive = <K extends 'decimal' | 'integer', V>(field: Field<K, V, false>): Field<K, V, false> => ({
  ...field,
  positive: true,
})

/** Below `least`, in whole units, it is rejected. */
export const atLeast = <K extends 'decimal' | 'integer', V>(
  least: number,
  field: Field<K, V, false>,
): Field<K, V, false> => ({ ...field, least })

/** Below `least` and above `greatest`, in whole units, it is rejected. */
export const between = <K extends 'decimal' | 'integer', V>(
  least: number,
  greatest: number,
  field: Field<K, V, false>,
): Field<K, V, false> => ({ ...field, least, greatest })

/**
 * A text that does not travel: the table gives it by the value of another field, where the event is decoded. An event
 * for which the table has nothing is without it.
 */
export const lookedUp = (
  table: ReadonlyMap<string, string>,
  by: string,
  doc: string,
  more: { readonly example?: string } = {},
): Field<'text', string, true> => ({ kind: 'text', doc, ...more, lookup: { by, in: table }, optional: true })

/** May be absent. It is then left out, never null. */
export const optional = <K extends Kind, V>(field: Field<K, V, false>): Field<K, V, true> => ({
  ...field,
  optional: true,
})

/** The most characters that a text may have. */
export const mostOf = ({ most = limits.text }: Field): number => most
