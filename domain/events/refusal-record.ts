import { z } from 'zod'

/**
 * What travels on a topic in place of an event that a feed could not make of what its venue sent: so that it lands in
 * quarantine like any bad record, with the feed's own reason and the venue's own words, and is lost nowhere in between.
 */
const refusal = z.object({
  type: z.literal('refused'),
  /** Who sent it. */
  source: z.string(),
  stage: z.enum(['decode', 'contract']),
  /** Groups alike reasons: `payload_malformed`. */
  code: z.string().min(1),
  reason: z.string(),
  /** As the venue sent it, cut at `MOST_ORIGINAL` characters. */
  original: z.string(),
  received_at: z.number(),
})
export type Refusal = z.infer<typeof refusal>

/** Characters kept of what was sent: enough to see what it was, and no record is too large for its way. */
const MOST_ORIGINAL = 32_768

/** The text of such a record. */
export const refusalText = (told: Omit<Refusal, 'type'>): string =>
  JSON.stringify({ type: 'refused', ...told, original: told.original.slice(0, MOST_ORIGINAL) })

/** The refusal that a JSON value is; undefined where it is none. */
export function refusalIn(value: unknown): Refusal | undefined {
  // Every event in JSON comes by here: the schema is for the few that claim to be one.
  if ((value as { readonly type?: unknown } | null)?.type !== 'refused') return undefined
  const { success, data } = refusal.safeParse(value)
  return success ? data : undefined
}
