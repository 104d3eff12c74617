const HOUR_MS = 60 * 60_000

/** From 17:00, when the market's day closes, to midnight: added to New York's wall time, it leaves the day's date. */
const AHEAD_HOURS = 7

const NEW_YORK = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/New_York',
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
})

/**
 * The market's day of an instant, `yyyy-mm-dd`: it closes at 17:00 in New York, summer time or not, and that very
 * instant belongs to the next day.
 * @param at ms since 1970 UTC
 */
export function tradeDateOf(at: number): string {
  return new Date(newYorkWall(at) + AHEAD_HOURS * HOUR_MS).toISOString().slice(0, 10)
}

/** What New York's clocks show at that instant, to the minute, as if it were UTC; both ms since 1970. */
export function newYorkWall(at: number): number {
  const parts = new Map(NEW_YORK.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? Number.NaN
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'))
}

/** The market's day in Athena's SQL. @param timestamp an expression: a timestamp without zone, in UTC */
export function tradeDateSql(timestamp: string): string {
  const wall = `cast(at_timezone(with_timezone(${timestamp}, 'UTC'), 'America/New_York') as timestamp(3))`
  return `cast(${wall} + interval '${AHEAD_HOURS}' hour as date)`
}
