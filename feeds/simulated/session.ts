import { CLOSES, isTradingDay, OPENS } from '../exchange-calendar.ts'
import { newYorkDayOf, newYorkInstant } from '../new-york-time.ts'

/** `open` is 09:30 to 16:00 in New York, `extended` the hours around it from 04:00 to 20:00, all on trading days. */
export type Phase = 'open' | 'extended' | 'closed'

const EXTENDED = { from: 4 * 60, until: 20 * 60 } as const

/** The instants, ms, at which a day's phases begin and end; those of a day without trading are all alike. */
interface Hours {
  readonly begins: number
  readonly extendedFrom: number
  readonly opens: number
  readonly closes: number
  readonly extendedUntil: number
  readonly ends: number
}

/** The session of New York's exchanges, summer time, weekends and holidays as they are. Quick where times rise. */
export class Session {
  #hours = hoursOf(0)

  phaseAt(at: number): Phase {
    const { extendedFrom, opens, closes, extendedUntil } = this.#dayOf(at)
    if (at >= opens && at < closes) return 'open'
    return at >= extendedFrom && at < extendedUntil ? 'extended' : 'closed'
  }

  /** How far the session has come, from 0 to 1. Of an instant at which the exchange is open. */
  progressAt(at: number): number {
    const { opens, closes } = this.#dayOf(at)
    return (at - opens) / (closes - opens)
  }

  #dayOf(at: number): Hours {
    if (at < this.#hours.begins || at >= this.#hours.ends) this.#hours = hoursOf(at)
    return this.#hours
  }
}

function hoursOf(at: number): Hours {
  const day = newYorkDayOf(at)
  const begins = newYorkInstant(day, 0)
  // A day has 23 to 25 hours: 26 hours on, it is the next one.
  const ends = newYorkInstant(newYorkDayOf(begins + 26 * 60 * 60_000), 0)
  if (!isTradingDay(day)) {
    return { begins, extendedFrom: begins, opens: begins, closes: begins, extendedUntil: begins, ends }
  }
  return {
    begins,
    extendedFrom: newYorkInstant(day, EXTENDED.from),
    opens: newYorkInstant(day, OPENS),
    closes: newYorkInstant(day, CLOSES),
    extendedUntil: newYorkInstant(day, EXTENDED.until),
    ends,
  }
}
