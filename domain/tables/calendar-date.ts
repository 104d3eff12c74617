import { Refusal } from '../refusal.ts'

const DAY_MS = 24 * 60 * 60_000

/** Whether a text is a day that the calendar has, `2026-11-20`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const at = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)
}

/** The day itself. @throws Refusal where the calendar has no such day */
export function checkedDate(text: string): string {
  if (isDate(text)) return text
  throw new Refusal(`"${text}" is no day: give one of the calendar as yyyy-mm-dd, such as 2026-11-20.`)
}

/** The day so many days after `date`, before it where negative. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
