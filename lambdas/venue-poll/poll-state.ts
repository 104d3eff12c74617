import { z } from 'zod'
import { jsonOf } from '#domain/json.ts'
import type { ConditionalObjects } from '#domain/ports.ts'
import type { Version } from '#feeds/polling/ask.ts'

/** What is remembered of a source between runs. Only how often it is asked depends on it, never what lands. */
const state = z.object({
  etag: z.string().optional(),
  last_modified: z.string().optional(),
  /** It asked to be left alone until then, ms. */
  not_before: z.number().optional(),
  /** Since when it has answered nothing else than that, ms, and how often. */
  refused_since: z.number().optional(),
  refusals: z.number().default(0),
  /** Fingerprints of what was sent last, oldest first. */
  sent: z.array(z.string()).default([]),
})
export type PollState = z.infer<typeof state>

/** Fingerprints kept: twenty times what a venue tells at once. */
const MOST_SENT = 2_000
/** Attempts to write beside another run of the same source. */
const ATTEMPTS = 5

/** The state of one source, in an object of its own. */
export class RememberedPoll {
  readonly #objects: ConditionalObjects
  readonly #key: string
  #tag: string | undefined
  #state: PollState = state.parse({})

  private constructor(objects: ConditionalObjects, key: string) {
    this.#objects = objects
    this.#key = key
  }

  /** Reads it; what cannot be read counts as nothing remembered, and is written anew. */
  static async read(objects: ConditionalObjects, key: string): Promise<RememberedPoll> {
    const poll = new RememberedPoll(objects, key)
    await poll.#read()
    return poll
  }

  get state(): PollState {
    return this.#state
  }

  /** Notes that it wants to be left alone until then; it is not asked before, whoever else notes what. */
  refused(at: number, until: number): Promise<void> {
    return this.#change((held) => ({
      ...held,
      not_before: Math.max(held.not_before ?? 0, until),
      refused_since: held.refused_since ?? at,
      refusals: held.refusals + 1,
    }))
  }

  /** Notes what was sent, and which version told of it. @param version none where it has to be asked for again */
  answered(version: Version, sent: readonly string[]): Promise<void> {
    return this.#change((held) => ({
      ...version,
      // It may just have asked another run to wait.
      ...(held.not_before !== undefined && { not_before: held.not_before }),
      refusals: 0,
      sent: [...new Set([...held.sent, ...sent])].slice(-MOST_SENT),
    }))
  }

  async #change(change: (held: PollState) => PollState): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const next = change(this.#state)
      const text = JSON.stringify(next)
      const wrote =
        this.#tag === undefined
          ? await this.#objects.create(this.#key, text)
          : await this.#objects.replace(this.#key, text, this.#tag)
      if (wrote) {
        this.#state = next
        return
      }
      await this.#read()
    }
    throw new Error(`${this.#key} was written by others each of ${ATTEMPTS} times: is the source asked too often?`)
  }

  async #read(): Promise<void> {
    const found = await this.#objects.get(this.#key)
    this.#tag = found?.tag
    const parsed = state.safeParse(jsonOf(found?.text ?? '{}'))
    this.#state = parsed.success ? parsed.data : state.parse({})
  }
}
