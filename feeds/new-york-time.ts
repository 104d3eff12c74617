import { newYorkWall } from '#domain/tables/market-day.ts'

const HOUR_MS = 60 * 60_000

/** A day of the calendar, `yyyy-mm-dd`. */
export type Day = string

/** The day in New York at that instant, summer time or not. @param at ms since 1970 UTC */
export const newYorkDayOf = (at: number): Day => new Date(newYorkWall(at)).toISOString().slice(0, 10)

/**
 * The instant, ms, at which New York's clocks show `minute` minutes past midnight on that day: 570 is 09:30. Not for the
 * hours from 01:00 to 03:00, which a change of the clocks repeats or skips.
 */
export function newYorkInstant(day: Day, minute: number): number {
  const wall = Date.parse(`${day}T00:00:00Z`) + minute * 60_000
  const winter = wall + 5 * HOUR_MS
  return newYorkWall(winter) === wall ? winter : wall + 4 * HOUR_MS
}
