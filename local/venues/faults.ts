import { z } from 'zod'
import { type VenueName, venueNames } from './venue.ts'

/** What the server does to any answer over HTTP. All other faults are for the venue that knows them. */
export const answerFaults = ['disconnect', '429', '500', '503', 'slow', 'malformed', 'empty'] as const

/**
 * One thing that goes wrong. To an answer: `disconnect` ends the connection without one; `429`, `500` and `503` stand in
 * its place; `slow` holds it back for `ms`; `malformed` breaks its body off in the middle; `empty` leaves the body out.
 *
 * To what one of the polled venues tells: `duplicate` tells some of it twice; `malformed_item` spoils one item of it;
 * `empty_list` (rss, newsapi) tells nothing; `venue_error` (fear_greed) tells an error in a good answer.
 */
export const Fault = z.strictObject({
  venue: z.enum(venueNames),
  fault: z.string().min(1),
  /** How often. */
  count: z.number().int().positive().default(1),
  /** How long, for faults that last. */
  ms: z.number().int().nonnegative().default(2_000),
  /** Of 429 and 503: seconds, or an HTTP date; null leaves the header out. */
  retry_after: z.union([z.number().int().nonnegative(), z.string().min(1), z.null()]).default(1),
  /** Only requests whose path ends with it. */
  path: z.string().min(1).optional(),
})
export type Fault = z.output<typeof Fault>

/** The faults that wait for their moment. */
export class Faults {
  #waiting: { readonly fault: Fault; left: number }[] = []

  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.count })
  }

  clear(): void {
    this.#waiting = []
  }

  /** How often each still strikes. */
  get waiting(): readonly Fault[] {
    return this.#waiting.map(({ fault, left }) => ({ ...fault, count: left }))
  }

  /**
   * The first waiting fault of one of these kinds, used up once by this call.
   * @param path of the request, where there is one @returns undefined where all is well
   */
  take(venue: VenueName, kinds: readonly string[], path = ''): Fault | undefined {
    const found = this.#waiting.find(
      ({ fault }) =>
        fault.venue === venue && kinds.includes(fault.fault) && (fault.path === undefined || path.endsWith(fault.path)),
    )
    if (found === undefined) return undefined
    found.left -= 1
    if (found.left === 0) this.#waiting = this.#waiting.filter((waiting) => waiting !== found)
    return found.fault
  }
}
