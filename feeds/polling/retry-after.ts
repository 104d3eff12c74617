/** However long a venue asks for, it is asked again after a day: a slip of its own shall not silence it for good. */
const LONGEST_MS = 24 * 3_600_000

/**
 * How long a venue wants to be left alone, from its Retry-After header: seconds, or an HTTP date.
 * @param now wall clock, ms @returns ms from now, from 0 to a day; undefined where the header is absent or neither
 */
export function retryAfter(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (text === '') return undefined
  const wait = /^\d{1,12}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_MS)
}
