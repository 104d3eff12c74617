import { LATE_AFTER_MS } from '#domain/events/define-event.ts'
import { mergeStates, type States } from '#domain/metrics/bucket.ts'
import { PERIOD_MS, periodStart } from '#domain/metrics/define-metric.ts'
import { ohlc } from '#domain/metrics/ohlc.ts'
import type { HotView } from '#domain/ports.ts'
import { type Bar, barOf } from './market.ts'

const HOURS = 24
/** How long settled hours are believed before they are read again, ms: a rebuild may have restated them. */
const BELIEVED_MS = 10 * 60_000

interface Settled {
  /** Merged bars that can change no more, by hour. */
  readonly hours: Map<number, States>
  /** Every minute that begins before this is in `hours`, ms. */
  through: number
  readonly readAt: number
}

/** A symbol's last 24 hours: one bar over them, and where it begins. */
export interface DayBar {
  readonly since: number
  readonly bar: Bar
}

/**
 * The bar of a symbol's last 24 clock hours, up to and with the hour of its newest trade. Minutes that can change no
 * more are kept, rolled up by the hour, so that a board read every second asks only for the last few minutes.
 */
export class DayFigures {
  readonly #view: HotView
  readonly #now: () => number
  readonly #settled = new Map<string, Settled>()

  constructor(view: HotView, now: () => number) {
    this.#view = view
    this.#now = now
  }

  /** Forgets what it kept: for when the store is known to miss something. */
  forget(): void {
    this.#settled.clear()
  }

  /** @param newest when the symbol last traded, ms. @returns undefined where no bar of that time is kept any more. */
  async of(symbol: string, newest: number): Promise<DayBar | undefined> {
    const since = periodStart('hour', newest) - (HOURS - 1) * PERIOD_MS.hour
    const settledEnd = periodStart('minute', newest - LATE_AFTER_MS)
    const kept = this.#keptOf(symbol, since, settledEnd)
    const buckets = await this.#view.read(
      ohlc,
      [symbol],
      kept.through,
      periodStart('minute', newest) + PERIOD_MS.minute,
    )
    let open: States = {}
    for (const { start, states } of buckets) {
      if (start >= settledEnd) open = mergeStates(open, states)
      else {
        const hour = periodStart('hour', start)
        kept.hours.set(hour, mergeStates(kept.hours.get(hour) ?? {}, states))
      }
    }
    kept.through = Math.max(kept.through, settledEnd)
    this.#settled.set(symbol, kept)
    const day = [...kept.hours.values()].reduce(mergeStates, open)
    return Object.keys(day).length === 0 ? undefined : { since, bar: barOf(day) }
  }

  /** A copy, so that a read that fails, or runs twice at once, counts no minute twice. */
  #keptOf(symbol: string, since: number, settledEnd: number): Settled {
    const kept = this.#settled.get(symbol)
    if (kept === undefined || kept.through > settledEnd || this.#now() - kept.readAt > BELIEVED_MS)
      return { hours: new Map(), through: since, readAt: this.#now() }
    const hours = new Map([...kept.hours].filter(([hour]) => hour >= since))
    return { hours, through: Math.max(kept.through, since), readAt: kept.readAt }
  }
}
