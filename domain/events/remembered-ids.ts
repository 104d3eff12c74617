import { type EventDefinition, LATE_AFTER_MS } from './define-event.ts'

/** Spans in which a topic's ids are remembered: enough that forgetting is smooth, few enough to load quickly. */
const SPANS = 8

/** Length of one span of a topic's ids, ms: an eighth of the longest time that its events ask to be remembered. */
export const spanMsOf = (definitions: readonly EventDefinition[]): number =>
  Math.ceil(Math.max(...definitions.map(({ rememberedFor }) => rememberedFor ?? LATE_AFTER_MS)) / SPANS)

/**
 * The ids that one partition has counted lately, by when the broker appended them. Whether an id is known depends on
 * the log alone, never on a clock or on where batches were cut, so a replay forgets exactly what the first run forgot.
 */
export class RememberedIds {
  readonly spanMs: number
  readonly #spanOfId = new Map<string, number>()
  readonly #counts = new Map<number, number>()
  #swept = 0

  /** @param spanMs from `spanMsOf` @param known ids by span, as loaded from a store. */
  constructor(spanMs: number, known: Iterable<readonly [span: number, ids: Iterable<string>]> = []) {
    this.spanMs = spanMs
    for (const [span, ids] of known) for (const id of ids) this.#put(id, span)
  }

  /** How long a store has to keep a span's ids after writing them, ms. */
  get keepMs(): number {
    return (SPANS + 2) * this.spanMs
  }

  /** The span that an append time (ms) falls into. */
  spanOf(appendedAt: number): number {
    return Math.floor(appendedAt / this.spanMs)
  }

  /** The oldest span that is still remembered for a record appended at that time. */
  oldestFor(appendedAt: number): number {
    return this.spanOf(appendedAt) - SPANS
  }

  /** Whether that id was counted no more than eight spans before this time. */
  has(id: string, appendedAt: number): boolean {
    const span = this.#spanOfId.get(id)
    return span !== undefined && span >= this.oldestFor(appendedAt)
  }

  add(id: string, appendedAt: number): void {
    const span = this.spanOf(appendedAt)
    this.#put(id, span)
    if (span > this.#swept) this.#sweep(span)
  }

  /** How many ids of a span it was given: those of the log's first ones, since ids are added in the order of the log. */
  countOf(span: number): number {
    return this.#counts.get(span) ?? 0
  }

  /** How many ids it holds. */
  get size(): number {
    return this.#spanOfId.size
  }

  #put(id: string, span: number): void {
    this.#spanOfId.set(id, span)
    this.#counts.set(span, (this.#counts.get(span) ?? 0) + 1)
  }

  #sweep(newest: number): void {
    this.#swept = newest
    for (const span of this.#counts.keys()) if (span < newest - SPANS) this.#counts.delete(span)
    for (const [id, span] of this.#spanOfId) if (span < newest - SPANS) this.#spanOfId.delete(id)
  }
}
