import { offsetAt, wallTime } from '../wall-clock.ts'
import { type Cron, YEARS } from './cron.ts'
import type { Expression, LocalTime } from './expression.ts'

/** From when a rate counts: its start date, or else when the schedule was made. ms */
export type Anchor = number

const DAY_MS = 86_400_000

/**
 * The first time of an expression that is later than `after`; undefined where there is none. All in ms.
 * Where clocks are put forward, a time that they skip is none; where they are put back, a time that they show twice is
 * its first. A rate counts hours and days by duration, whatever the clocks do.
 */
export function nextAfter(expression: Expression, zone: string, after: number, anchor: Anchor): number | undefined {
  switch (expression.kind) {
    case 'at': {
      const instant = instantOf(expression.local, zone)
      return instant !== undefined && instant > after ? instant : undefined
    }
    case 'rate': {
      const periods = Math.max(0, Math.floor((after - anchor) / expression.period) + 1)
      return anchor + periods * expression.period
    }
    case 'cron':
      return nextOfCron(expression.cron, zone, after)
    default:
      return expression satisfies never
  }
}

function nextOfCron(cron: Cron, zone: string, after: number): number | undefined {
  const { year, month, day } = wallTime(after, zone)
  // From the day before: where clocks are put back over midnight, the earlier day's times are still to come.
  const end = Date.UTC(YEARS.last + 1, 0)
  for (let date = Date.UTC(year, month - 1, day) - DAY_MS; date < end; date = nextDate(cron, date)) {
    if (!isDay(cron, date)) continue
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const instant = instantOf(date + hour * 3_600_000 + minute * 60_000, zone)
        if (instant !== undefined && instant > after) return instant
      }
    }
  }
  return undefined
}

function isDay({ months, years, fallsOn }: Cron, date: LocalTime): boolean {
  const at = new Date(date)
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth() + 1]
  return years.has(year) && months.has(month) && fallsOn(year, month, at.getUTCDate())
}

function nextDate({ years, months }: Cron, date: LocalTime): LocalTime {
  const at = new Date(date)
  if (!years.has(at.getUTCFullYear())) return Date.UTC(at.getUTCFullYear() + 1, 0)
  if (!months.has(at.getUTCMonth() + 1)) return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1)
  return date + DAY_MS
}

/** When the clocks of a zone first show a time; undefined where they skip it. */
function instantOf(local: LocalTime, zone: string): number | undefined {
  // Before and after any change of clocks near it: the larger offset is the earlier instant.
  const offsets = [offsetAt(local - DAY_MS, zone), offsetAt(local + DAY_MS, zone)].sort((a, b) => b - a)
  for (const offset of offsets) if (offsetAt(local - offset, zone) === offset) return local - offset
  return undefined
}
