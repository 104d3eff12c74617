import { type Day, newYorkDayOf, newYorkInstant } from './new-york-time.ts'

const DAY_MS = 86_400_000

/** When shares trade in New York, minutes past midnight there: 09:30 and 16:00. */
export const OPENS = 9 * 60 + 30
export const CLOSES = 16 * 60

/**
 * Whether New York's exchanges open on that day, by the rules for weekends and holidays that hold today, in every year:
 * Juneteenth, which they keep since 2022, counts from then on. Days closed for a storm or a funeral follow no rule and count as open.
 */
export const isTradingDay = (day: Day): boolean => !isWeekend(day) && !holidaysOf(Number(day.slice(0, 4))).has(day)

/** The last trading day whose close, 16:00 in New York, is not after `now` (ms). */
export function latestTradingDay(now: number): Day {
  const today = newYorkDayOf(now)
  return isTradingDay(today) && closeOf(today) <= now ? today : previousTradingDay(today)
}

/** The trading day before that day. */
export function previousTradingDay(day: Day): Day {
  let previous = plusDays(day, -1)
  while (!isTradingDay(previous)) previous = plusDays(previous, -1)
  return previous
}

/** 16:00 in New York on that day, ms; also on the few days that end at 13:00. */
export const closeOf = (day: Day): number => newYorkInstant(day, CLOSES)

export const plusDays = (day: Day, days: number): Day => dayOf(Date.parse(day) + days * DAY_MS)

const dayOf = (utc: number): Day => new Date(utc).toISOString().slice(0, 10)

/** 0 is Sunday. */
const weekdayOf = (day: Day): number => new Date(day).getUTCDay()

const isWeekend = (day: Day): boolean => weekdayOf(day) % 6 === 0

const known = new Map<number, ReadonlySet<Day>>()

function holidaysOf(year: number): ReadonlySet<Day> {
  const holidays = known.get(year) ?? new Set(rules(year))
  known.set(year, holidays)
  return holidays
}

function rules(year: number): readonly Day[] {
  const fixed = (month: number, date: number) => dayOf(Date.UTC(year, month - 1, date))
  const newYear = fixed(1, 1)
  return [
    // A New Year's Day on a Saturday is not made up for: the Friday before ends the books of a year.
    weekdayOf(newYear) === 0 ? plusDays(newYear, 1) : newYear,
    nth(3, MONDAY, year, 1),
    nth(3, MONDAY, year, 2),
    plusDays(easterOf(year), -2),
    lastMonday(year, 5),
    ...(year >= 2022 ? [observed(fixed(6, 19))] : []),
    observed(fixed(7, 4)),
    nth(1, MONDAY, year, 9),
    nth(4, THURSDAY, year, 11),
    observed(fixed(12, 25)),
  ]
}

const MONDAY = 1
const THURSDAY = 4

/** Kept on the Friday before a Saturday, or the Monday after a Sunday. */
function observed(day: Day): Day {
  const weekday = weekdayOf(day)
  return weekday === 6 ? plusDays(day, -1) : weekday === 0 ? plusDays(day, 1) : day
}

function nth(count: number, weekday: number, year: number, month: number): Day {
  const first = dayOf(Date.UTC(year, month - 1, 1))
  return plusDays(first, ((weekday - weekdayOf(first) + 7) % 7) + (count - 1) * 7)
}

const lastMonday = (year: number, month: number): Day => plusDays(nth(1, MONDAY, year, month + 1), -7)

/** Easter Sunday of the Gregorian calendar (the algorithm of Meeus, Jones and Butcher). */
function easterOf(year: number): Day {
  const golden = year % 19
  const century = Math.floor(year / 100)
  const ofCentury = year % 100
  const skipped = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3)
  const epact = (19 * golden + century - Math.floor(century / 4) - skipped + 15) % 30
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(ofCentury / 4) - epact - (ofCentury % 4)) % 7
  const correction = Math.floor((golden + 11 * epact + 22 * weekday) / 451)
  const days = epact + weekday - 7 * correction + 114
  return dayOf(Date.UTC(year, Math.floor(days / 31) - 1, (days % 31) + 1))
}
