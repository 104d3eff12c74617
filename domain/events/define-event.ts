import { type Field, instant, type Kind } from './fields.ts'

export type Fields = Readonly<Record<string, Field>>

/** The names of the required fields of one kind. */
type NamesOf<F extends Fields, K extends Kind> = {
  [N in keyof F]: F[N] extends Field<K, unknown, false> ? N : never
}[keyof F] &
  string

/** What a definition may point at: required fields of the right kind. `EventDefinition` itself says only that they are names. */
interface Pointers<F extends Fields> {
  readonly key: NamesOf<F, 'text' | 'token'>
  readonly id: readonly NamesOf<F, 'text' | 'token' | 'choice' | 'integer' | 'instant'>[]
  readonly at: NamesOf<F, 'instant'>
}

export interface EventDefinition<Name extends string = string, F extends Fields = Fields> {
  /** snake_case, singular; also the bronze partition `event_type`. */
  readonly name: Name
  /** Rises with every landed change; a change that older readers cannot read is refused. */
  readonly version: number
  readonly topic: string
  /** How it travels on the topic: Avro in the schema registry's frame, or JSON text. */
  readonly wire: 'avro' | 'json'
  /** One sentence: what happened, and one event per what. */
  readonly doc: string
  /** Where such events come from. */
  readonly origin: string
  /** Orders and places events: all that share its value go to one partition. */
  readonly key: string
  /** Together they name one event for ever: a second one with the same values is a duplicate. */
  readonly id: readonly string[]
  /** Event time: which minute and day it belongs to. */
  readonly at: string
  /**
   * How long after an event its duplicates are still recognised on the hot path, ms. The cold path recognises them for ever.
   * @default `LATE_AFTER_MS`: a later duplicate is late, and late events do not count
   */
  readonly rememberedFor?: number
  /** Where it lands as rows. @default nowhere: an event that only the hot path derives from others */
  readonly silver?: {
    /** Plural: `ticks` is `silver.ticks`. */
    readonly table: string
    /** Which day an event belongs to: a market's `trade_date`, which closes at 17:00 in New York, or UTC's `event_date`. */
    readonly calendar: 'market' | 'utc'
  }
  readonly fields: F
}

export const DAY_MS = 24 * 60 * 60_000

/** As long as a topic keeps its records, ms: after it the log can deliver nothing twice. */
export const LOG_RETENTION_MS = 7 * DAY_MS

/** An event received more than this after it happened is late. */
export const LATE_AFTER_MS = 5 * 60_000

/** Stamped where an event enters the platform, before it is parsed. Part of every event, declared by none. */
export const receivedAt = instant('When the platform received it; more than five minutes after it happened is late.')

/** The parsed event. */
export type EventOf<D> =
  D extends EventDefinition<infer Name, infer F>
    ? Flat<{ readonly type: Name; readonly received_at: number } & Required_<F> & Optional_<F>>
    : never

type ValueOf<F> = F extends Field<Kind, infer V> ? V : never
type Required_<F extends Fields> = {
  readonly [N in keyof F as F[N] extends Field<Kind, unknown, false> ? N : never]: ValueOf<F[N]>
}
type Optional_<F extends Fields> = {
  readonly [N in keyof F as F[N] extends Field<Kind, unknown, true> ? N : never]?: ValueOf<F[N]>
}
type Flat<T> = { [K in keyof T]: T[K] } & {}

/** What every parsed event is, whatever its contract. */
export interface AnyEvent {
  readonly type: string
  readonly received_at: number
  readonly [field: string]: string | number | boolean | bigint | undefined
}

/**
 * Defines an event once. The parser, the Avro schema, the silver columns, the PySpark contract, the docs page and the
 * sample generator follow from it. Field names are spelled here as they are spelled everywhere, from wire to chart.
 */
export const defineEvent = <const Name extends string, F extends Fields>(
  definition: EventDefinition<Name, F> & Pointers<F>,
): EventDefinition<Name, F> => definition

/** Every field that travels: the declared ones in their order, then `received_at`. */
export const fieldsOf = (definition: EventDefinition): Fields =>
  Object.fromEntries(Object.entries(landedFieldsOf(definition)).filter(([, { lookup }]) => lookup === undefined))

/** Every field of a decoded event: those that travel, and those that are looked up, in the order of the definition. */
export const landedFieldsOf = (definition: EventDefinition): Fields => ({
  ...definition.fields,
  received_at: receivedAt,
})

/** Names one event for ever, such as `tick|binance|BTCUSDT|553287559`; bars within values are escaped. */
export function idOf(definition: EventDefinition, event: AnyEvent): string {
  let id = definition.name
  for (const name of definition.id) id += `|${String(event[name]).replaceAll('\\', '\\\\').replaceAll('|', '\\|')}`
  return id
}

/** Event time in ms. */
export const timeOf = (definition: EventDefinition, event: AnyEvent): number => Number(event[definition.at])

/** Received more than five minutes after it happened: a property of the event, the same hot, cold and on replay. */
export const isLate = (at: number, received_at: number): boolean => received_at - at > LATE_AFTER_MS
