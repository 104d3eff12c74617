import { z } from 'zod'
import { jsonOf } from '#domain/json.ts'
import type { OutgoingRecord } from '#domain/ports.ts'

/** Bytes that a message's text has beside its records. */
export const ENVELOPE_BYTES = '{"version":1,"records":[]}'.length

/** A record as it stands in a message, in characters that a queue takes: it refuses U+FFFE and U+FFFF. */
export const recordText = ({ topic, key, value }: OutgoingRecord): string =>
  JSON.stringify({ topic, key, value: value.toString('base64') }).replace(
    /[\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  )

/** The text of a message that carries these records. @param records as `recordText` wrote them */
export const messageText = (records: readonly string[]): string => `{"version":1,"records":[${records.join(',')}]}`

const envelope = z.object({
  version: z.literal(1),
  records: z.array(z.object({ topic: z.string().min(1), key: z.string(), value: z.base64() })).min(1),
})

/** Reads a message's text. @returns its records, or why it is none of ours */
export function recordsOf(
  text: string,
): { readonly records: readonly OutgoingRecord[] } | { readonly malformed: string } {
  const json = jsonOf(text)
  if (json === undefined) return { malformed: 'it is no JSON' }
  const { success, data, error } = envelope.safeParse(json)
  if (!success)
    return { malformed: error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') }
  return { records: data.records.map(({ topic, key, value }) => ({ topic, key, value: Buffer.from(value, 'base64') })) }
}
