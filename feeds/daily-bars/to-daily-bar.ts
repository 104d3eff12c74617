import { closeOf } from '../exchange-calendar.ts'
import type { Day } from '../new-york-time.ts'

/** A row of a file of daily bars, its figures as they stand there. */
export interface DailyRow {
  readonly symbol: string
  readonly day: Day
  /** USD, in plain notation. */
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  /** Shares. */
  readonly volume: string
}

/**
 * The daily bar of a row, in its JSON form. It closed at 16:00 in New York, summer time or not. So it is said also of the few
 * days that ended at 13:00: the file tells no hours, and an id must not hang on who knows which days those were. It
 * counts as received when it closed, so that a replay of old days is not late.
 */
export function toDailyBar({ day, ...figures }: DailyRow, source: string) {
  const closed_at = closeOf(day)
  return { source, ...figures, closed_at, received_at: closed_at }
}
