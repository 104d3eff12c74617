const HOUR_MS = 60 * 60_000

/** A day of the calendar, `yyyy-mm-dd`. */
export type Day = string

const WALL = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
})

/** The day in New York at that instant, summer time or not. @param at ms since 1970 UTC */
export const newYorkDayOf = (at: number): Day => new Date(wallOf(at)).toISOString().slice(0, 10)

/**
 * The instant, ms, at which New York's clocks show `minute` minutes past midnight on that day: 570 is 09:30. Not for the
 * hours from 01:00 to 03:00, which a change of the clocks repeats or skips.
 */
export function newYorkInstant(day: Day, minute: number): number {
  const wall = Date.parse(`${day}T00:00:00Z`) + minute * 60_000
  const winter = wall + 5 * HOUR_MS
  return wallOf(winter) === wall ? winter : wall + 4 * HOUR_MS
}

/** What New York's clocks show, to the minute, as if it were UTC. */
function wallOf(at: number): number {
  const parts = new Map(WALL.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? Number.NaN
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'))
}
