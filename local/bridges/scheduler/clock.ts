import { nextAfter } from './next-after.ts'
import type { Schedule } from './schedule.ts'

/** The longest that a timer of Node's waits, ms. */
const LONGEST_TIMER = 2 ** 31 - 1

/** A time of a schedule, and when within its window it is invoked. ms */
export interface Occurrence {
  readonly scheduled: number
  readonly invoked: number
}

/** The next time of a schedule after `after`; undefined where it has none left. @param random 0 to below 1 */
export function nextOccurrence(schedule: Schedule, after: number, random = Math.random()): Occurrence | undefined {
  const { expression, ScheduleExpressionTimezone: zone, StartDate, EndDate, FlexibleTimeWindow, created } = schedule
  const isOnce = expression.kind === 'at'
  const start = StartDate === undefined || isOnce ? undefined : StartDate * 1000
  const from = start === undefined ? after : Math.max(after, start - 1)
  const scheduled = nextAfter(expression, zone, from, start ?? created)
  if (scheduled === undefined || (EndDate !== undefined && !isOnce && scheduled > EndDate * 1000)) return undefined
  const window = (FlexibleTimeWindow.MaximumWindowInMinutes ?? 0) * 60_000
  return { scheduled, invoked: scheduled + Math.floor(random * window) }
}

/** Calls back at a time, however far away. @param at ms @returns what cancels it */
export function callAt(at: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout
  const arm = () => {
    const left = at - Date.now()
    timer = left > LONGEST_TIMER ? setTimeout(arm, LONGEST_TIMER) : setTimeout(callback, Math.max(0, left))
  }
  arm()
  return () => clearTimeout(timer)
}
