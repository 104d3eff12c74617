import type { EventDefinition } from '#domain/events/define-event.ts'
import { type Parsed, parserOf } from '#domain/events/to-zod.ts'
import type { Emission } from './emission.ts'
import { cut } from './news/plain-text.ts'

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

/** Characters of a reason that quotes its venue. */
const MOST_REASON = 400

/** A payload of which nothing can be read. @param reason is cut where it is long: a venue's own words may be */
export const refusedPayload = (code: string, reason: string, payload: string): Mapped => ({
  emissions: [],
  refused: [{ stage: 'decode', code, reason: cut(reason, MOST_REASON), original: payload }],
  leftOut: 0,
  isUnreadable: true,
})

/** Items of one payload: no venue has told more, and each costs a record where it is refused. */
const MOST_ITEMS = 1_000

/**
 * Maps a payload's items one by one; one of too many is refused whole.
 * @param map answers undefined for an item that tells of nothing
 */
export function mapItems(
  items: readonly unknown[],
  payload: string,
  map: (item: unknown) => Emission | RefusedItem | undefined,
): Mapped {
  if (items.length > MOST_ITEMS) {
    const reason = `${items.length} items came at once, more than the ${MOST_ITEMS} that are read`
    return refusedPayload('payload_too_large', reason, payload)
  }
  const mapped = items.map(map)
  return {
    emissions: mapped.filter((item): item is Emission => item !== undefined && 'event' in item),
    refused: mapped.filter((item): item is RefusedItem => item !== undefined && 'code' in item),
    leftOut: mapped.filter((item) => item === undefined).length,
    isUnreadable: false,
  }
}

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
  return { stage: 'contract', ...parsed.refused, original: written(original) }
}

/** An item that is not even an object. */
export const unexpectedItem = (reason: string, item: unknown): RefusedItem => ({
  stage: 'decode',
  code: 'item_unexpected',
  reason,
  original: written(item),
})

/** As JSON; what is nested so deeply that it cannot be written is no item that anybody meant. */
function written(item: unknown): string {
  try {
    return JSON.stringify(item)
  } catch (error) {
    if (error instanceof RangeError) return '(nested too deeply)'
    throw error
  }
}

/** Whether a value is an object with fields, rather than an array or nothing. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What an error says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
