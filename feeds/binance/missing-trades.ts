import type { Outside } from './outside.ts'
import { MOST_ROWS, RestTrades } from './rest-trades.ts'
import type { IdRange } from './seen-ids.ts'
import type { Sequence, Wanted } from './sequence.ts'
import type { Statistics } from './statistics.ts'
import { type Mapped, restTrade } from './to-tick.ts'

/** A row that was asked for, as it came. */
export interface MissingRow {
  readonly symbol: string
  readonly id: number
  readonly raw: unknown
}

export interface MissingEvents {
  readonly onRow: (mapped: Mapped, row: MissingRow) => void
  readonly onLost: (symbol: string, range: IdRange, reason: string) => void
  readonly onTrouble: (reason: string) => void
}

/** Pauses between questions for a trade that the venue's answers lack, ms. */
const ASK_AGAIN = { base: 500, cap: 10_000 }

/**
 * Asks REST for what is missing, one question at a time. A trade that answers keep leaving out is
 * given up in the end; while the venue does not answer at all nothing is, for the trades may well be there.
 */
export class MissingTrades {
  readonly #patienceMs: number
  readonly #sequences: ReadonlyMap<string, Sequence>
  readonly #rest: RestTrades
  readonly #outside: Outside
  readonly #events: MissingEvents
  #woken = Promise.withResolvers<void>()

  constructor(
    { rest, patienceMs }: { readonly rest: string; readonly patienceMs: number },
    sequences: ReadonlyMap<string, Sequence>,
    outside: Outside,
    statistics: Statistics,
    events: MissingEvents,
  ) {
    this.#patienceMs = patienceMs
    this.#sequences = sequences
    this.#rest = new RestTrades(rest, outside, statistics)
    this.#outside = outside
    this.#events = events
  }

  /** There is more missing than there was. */
  wake(): void {
    this.#woken.resolve()
    this.#woken = Promise.withResolvers<void>()
  }

  /** Resolves when it was stopped; what is missing by then stays so. */
  async run(stop: AbortSignal): Promise<void> {
    const { clock } = this.#outside
    stop.addEventListener('abort', () => this.wake(), { once: true })
    while (!stop.aborted) {
      const woken = this.#woken.promise
      const next = this.#next(clock.now())
      if (next === undefined) {
        await woken
        continue
      }
      const wait = Math.max(next.range.askAt, this.#rest.notBefore) - clock.now()
      if (wait <= 0) {
        await this.#ask(next.symbol, next.range, stop)
        continue
      }
      const timer = new AbortController()
      await Promise.race([woken, clock.wait(wait, AbortSignal.any([stop, timer.signal]))])
      timer.abort()
    }
  }

  /** The newest of what may be asked for, since live trades wait for it; where there is none, what may be soonest. */
  #next(now: number): { readonly symbol: string; readonly range: Wanted } | undefined {
    let next: { readonly symbol: string; readonly range: Wanted } | undefined
    for (const [symbol, { wanted }] of this.#sequences)
      for (const range of wanted) if (next === undefined || precedes(range, next.range, now)) next = { symbol, range }
    return next
  }

  async #ask(symbol: string, range: Wanted, stop: AbortSignal): Promise<void> {
    const asked = { from: range.from, to: Math.min(range.to, range.from + MOST_ROWS - 1) }
    const answer = await this.#rest.from(symbol, asked.from, asked.to - asked.from + 1, stop)
    if (stop.aborted) return
    if ('failed' in answer) {
      this.#events.onTrouble(`REST: ${answer.failed}`)
      return
    }
    if ('refused' in answer) {
      this.#giveUp(symbol, asked, `the venue refuses to tell: ${answer.refused}`)
      return
    }
    const receivedAt = this.#outside.wall()
    for (const raw of answer.rows) {
      const id = Number(raw.id)
      // Rows beyond are live trades, which the connections bring in their order; a row without an id answers nothing.
      if (id >= asked.from && id <= asked.to)
        this.#events.onRow(restTrade(raw, symbol, receivedAt), { symbol, id, raw })
    }
    this.#lacking(symbol, asked)
  }

  /** Notes what the answer did not have. */
  #lacking(symbol: string, asked: IdRange): void {
    const now = this.#outside.clock.now()
    for (const range of this.#sequences.get(symbol)?.wantedWithin(asked) ?? []) {
      range.lackingSince ??= now
      if (now - range.lackingSince >= this.#patienceMs) {
        this.#giveUp(symbol, range, `the venue has answered without them for ${Math.round(this.#patienceMs / 1_000)} s`)
        continue
      }
      const pause = Math.min(ASK_AGAIN.cap, ASK_AGAIN.base * 2 ** Math.min(range.asked, 30))
      range.asked += 1
      range.askAt = now + pause * (0.5 + this.#outside.random() / 2)
    }
  }

  #giveUp(symbol: string, { from, to }: IdRange, reason: string): void {
    for (const part of this.#sequences.get(symbol)?.wantedWithin({ from, to }) ?? [])
      this.#events.onLost(symbol, { from: part.from, to: part.to }, reason)
    this.#sequences.get(symbol)?.forget({ from, to })
  }
}

function precedes(one: Wanted, other: Wanted, now: number): boolean {
  if (one.askAt <= now && other.askAt <= now) return one.foundAt > other.foundAt
  return one.askAt < other.askAt
}
