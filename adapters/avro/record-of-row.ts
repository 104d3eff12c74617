import { events } from '#domain/events/events.ts'
import { parserOf } from '#domain/events/to-zod.ts'
import type { BronzeRow } from '#domain/lake/rows.ts'
import { type EncoderFor, encoderOf } from './encode-events.ts'

/**
 * A bronze row's event as its topic carries it, so that it can be delivered again: the bytes that today's contract
 * writes. What that contract refuses stays the JSON text that it was.
 * @param encoderFor with what ids. @default derived ones, as where there is no registry
 * @returns undefined where the row only points at its payload
 */
export function recordOfRow(
  { event_type, payload }: BronzeRow,
  encoderFor: EncoderFor = encoderOf,
): Uint8Array | undefined {
  if (payload === undefined) return undefined
  const definition = events.find(({ name }) => name === event_type)
  const parsed = definition && parserOf(definition, 'json')(JSON.parse(payload))
  if (definition === undefined || parsed === undefined || 'refused' in parsed) return Buffer.from(payload)
  return encoderFor(definition)(parsed.event)
}
