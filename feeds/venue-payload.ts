import type { EventDefinition } from '#domain/events/define-event.ts'
import { type Parsed, parserOf } from '#domain/events/to-zod.ts'
import type { Emission } from './emission.ts'

/** What a venue sent and no contract accepts: a whole payload, or one item of it. */
export interface RefusedItem {
  /** Whether nothing could be read, or what was read breaks the contract. */
  readonly stage: 'decode' | 'contract'
  /** Groups alike reasons: `price_missing`, `payload_malformed`. */
  readonly code: string
  /** For the person who repairs it. */
  readonly reason: string
  /** As the venue sent it. */
  readonly original: string
}

/** All that a payload told, in its order. */
export interface Mapped {
  readonly emissions: readonly Emission[]
  readonly refused: readonly RefusedItem[]
  /** Items that by the venue's own rules tell of nothing, such as an article that was taken back. */
  readonly leftOut: number
  /** Nothing of the payload could be read: the one refusal says why. */
  readonly isUnreadable: boolean
}

/** A venue's pure mapper. @param receivedAt when the payload came, ms: stamped upon every event @throws never for what a venue can send */
export type MapPayload = (payload: string, receivedAt: number) => Mapped

/** A payload of which nothing can be read. */
export const refusedPayload = (code: string, reason: string, payload: string): Mapped => ({
  emissions: [],
  refused: [{ stage: 'decode', code, reason, original: payload }],
  leftOut: 0,
  isUnreadable: true,
})

/** Sorts what became of a payload's items. @param items undefined for one that tells of nothing */
export const mappedOf = (items: readonly (Emission | RefusedItem | undefined)[]): Mapped => ({
  emissions: items.filter((item): item is Emission => item !== undefined && 'event' in item),
  refused: items.filter((item): item is RefusedItem => item !== undefined && 'code' in item),
  leftOut: items.filter((item) => item === undefined).length,
  isUnreadable: false,
})

const parsers = new Map<EventDefinition, (input: unknown) => Parsed>()

/**
 * An event of that contract, or what the contract says against it: the contract alone decides.
 * @param fields as JSON spells them, decimals as text; undefined ones are left out
 * @param original the item as the venue sent it
 */
export function emissionOf(
  definition: EventDefinition,
  fields: Readonly<Record<string, unknown>>,
  receivedAt: number,
  original: unknown,
): Emission | RefusedItem {
  const parse = parsers.get(definition) ?? parserOf(definition, 'json')
  parsers.set(definition, parse)
  const parsed = parse({ ...fields, received_at: receivedAt })
  if ('event' in parsed) return { at: receivedAt, definition, event: parsed.event }
  return { stage: 'contract', ...parsed.refused, original: JSON.stringify(original) }
}

/** An item that is not even an object. */
export const unexpectedItem = (reason: string, item: unknown): RefusedItem => ({
  stage: 'decode',
  code: 'item_unexpected',
  reason,
  original: JSON.stringify(item),
})

/** Whether a value is an object with fields, rather than an array or nothing. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What an error says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
