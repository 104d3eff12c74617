import { type IdRange, type Position, SeenIds, type Standing } from './seen-ids.ts'
import type { Trade } from './to-tick.ts'

export interface SequenceSettings {
  /** How long trades wait for a missing one before them, ms; then they go ahead of it. */
  readonly holdMs: number
  /** How long a missing trade may still come through a connection before REST is asked for it, ms. */
  readonly reorderMs: number
  /** How many trades wait at most. */
  readonly mostHeld: number
  /** How many ids may be missing at once. */
  readonly mostMissing: number
}

/** What is known of missing ids. Times are of the clock that `take` is given. */
export interface Wanted extends IdRange {
  readonly foundAt: number
  /** When REST is to be asked for them next. */
  askAt: number
  /** Since when the venue answers without them. */
  lackingSince: number | undefined
  asked: number
}

type Note = Omit<Wanted, 'from' | 'to'>

/**
 * Puts one symbol's trades, from several connections and from REST, in the order of their ids, each once. Pure: time is
 * an argument. Order is kept as long as it costs no more than `holdMs`; a missing trade that comes later is let through
 * late rather than not at all.
 */
export class Sequence {
  readonly #settings: SequenceSettings
  readonly #seen: SeenIds<Note>
  /** Ascending by id. */
  #held: Trade[] = []
  /** Held under a numbering that is over: nothing before them will come. */
  #outdated: readonly Trade[] = []

  /** @param resumed where another process stood: what it missed is wanted at once. @default begins at the first trade */
  constructor(settings: SequenceSettings, now: number, resumed?: Position) {
    this.#settings = settings
    this.#seen = new SeenIds(settings.mostMissing, resumed, noteOf(now, now))
  }

  /** Takes a trade in; `lost` are ids given up for it, because more are missing than can be remembered. */
  take(trade: Trade, now: number): { readonly standing: Standing; readonly lost: readonly IdRange[] } {
    const outcome = this.#seen.see(trade.id, noteOf(now, now + this.#settings.reorderMs))
    if (outcome.standing === 'seen' || outcome.standing === 'early') return outcome
    if (outcome.standing === 'anew') {
      this.#outdated = [...this.#outdated, ...this.#held]
      this.#held = []
    }
    const place = this.#held.findLastIndex(({ id }) => id < trade.id)
    this.#held.splice(place + 1, 0, trade)
    return outcome
  }

  /** Takes out what need not wait any longer, in the order of its ids. @param all even what still should */
  due(now: number, all = false): readonly Trade[] {
    const outdated = this.#outdated
    this.#outdated = []
    if (this.#held.length === 0) return outdated
    const waited = all || this.#held.length > this.#settings.mostHeld ? undefined : this.#firstWaited(now)
    const until = waited === undefined ? -1 : this.#held.findIndex(({ id }) => id > waited.from)
    const due = until === -1 ? this.#held : this.#held.slice(0, until)
    this.#held = until === -1 ? [] : this.#held.slice(until)
    return outdated.length === 0 ? due : [...outdated, ...due]
  }

  /** When `due` has more though nothing comes; undefined where nothing waits. */
  deadline(now: number): number | undefined {
    if (this.#held.length === 0) return undefined
    const waited = this.#firstWaited(now)
    return waited === undefined ? now : waited.foundAt + this.#settings.holdMs
  }

  /** What is missing, ascending; the caller notes upon it when it has asked. */
  get wanted(): readonly Wanted[] {
    return this.#seen.missing
  }

  get position(): Position | undefined {
    return this.#seen.position
  }

  /** What is still missing of a range, as parts that lie within it. */
  wantedWithin(range: IdRange): readonly Wanted[] {
    return this.#seen.within(range)
  }

  /** Gives ids up. */
  forget(range: IdRange): void {
    this.#seen.forget(range)
  }

  #firstWaited(now: number): Wanted | undefined {
    return this.#seen.missing.find(({ foundAt }) => now < foundAt + this.#settings.holdMs)
  }
}

const noteOf = (foundAt: number, askAt: number): Note => ({ foundAt, askAt, lackingSince: undefined, asked: 0 })
