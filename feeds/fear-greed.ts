import { sentiment } from '#domain/events/sentiment.ts'
import { jsonOf } from '#domain/json.ts'
import type { Emission } from './emission.ts'
import {
  emissionOf,
  isObject,
  type MapPayload,
  mapItems,
  type RefusedItem,
  refusedPayload,
  unexpectedItem,
} from './venue-payload.ts'

/** What is asked of alternative.me: the last ten days, so that an outage of a week leaves no hole. */
export const fearGreedPath = '/fng/?limit=10&format=json'

/** Maps an answer of `/fng/`: newest day first, every figure a string, times in seconds, an error within `metadata`. */
export const mapFearGreed: MapPayload = (payload, receivedAt) => {
  const answer = jsonOf(payload)
  if (!isObject(answer)) {
    return refusedPayload('payload_malformed', 'The Fear & Greed Index came as no JSON object', payload)
  }
  const error = isObject(answer.metadata) ? answer.metadata.error : undefined
  if (error)
    return refusedPayload(
      'venue_error',
      `The Fear & Greed Index answers with an error: ${JSON.stringify(error)}`,
      payload,
    )
  if (!Array.isArray(answer.data)) {
    return refusedPayload('payload_unexpected', 'The Fear & Greed Index came without its list of days', payload)
  }
  return mapItems(answer.data, payload, (day) => sentimentOf(day, receivedAt))
}

function sentimentOf(day: unknown, receivedAt: number): Emission | RefusedItem {
  if (!isObject(day)) return unexpectedItem('a day is no object', day)
  const { value, value_classification: word } = day
  const seconds = wholeOf(day.timestamp)
  return emissionOf(
    sentiment,
    {
      source: 'alternative.me',
      index_name: 'crypto_fear_and_greed',
      measured_at: typeof seconds === 'number' ? seconds * 1_000 : seconds,
      value: wholeOf(value),
      classification: typeof word === 'string' ? word.trim().toLowerCase().replaceAll(/\s+/g, '_') : word,
    },
    receivedAt,
    day,
  )
}

/** A whole number, whether it came as text or as one; anything else stays as it is, for the contract to name. */
const wholeOf = (value: unknown): unknown =>
  typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
