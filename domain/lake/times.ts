const TIMESTAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?: ?UTC|Z)?$/

/**
 * A time as the lake's engine spells it, `2026-11-20 12:00:00.123 UTC`, as ISO 8601 with milliseconds; finer digits are
 * cut. @returns undefined where the text is no time
 */
export function isoOfLakeTime(text: string | undefined): string | undefined {
  const [, day, time, fraction = ''] = TIMESTAMP.exec(text ?? '') ?? []
  return day === undefined ? undefined : `${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}Z`
}

/** The UTC day of a moment given in ms, `yyyy-mm-dd`. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

const DAY_MS = 24 * 60 * 60_000

/** The UTC day so many days before that of a moment given in ms. */
export const dayBefore = (at: number, days: number): string => dayOf(at - days * DAY_MS)
