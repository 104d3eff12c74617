import { z } from 'zod'

/** When tables are refreshed: a row of `sql/schedules.yml`, and one of EventBridge Scheduler. */
export interface Schedule {
  readonly name: string
  /** Says when, and why then. */
  readonly doc: string
  /** As EventBridge Scheduler reads it: `cron(15 17 * * ? *)` or `rate(1 hour)`. */
  readonly expression: string
  /** Of the tz database, such as America/New_York. */
  readonly timezone: string
}

/** What is wrong with the schedules; `path` leads to it. */
export interface WrongSchedule {
  readonly path: readonly string[]
  readonly says: string
}

const CRON = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$/
const RATE = /^rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)$/

const schema = z.strictObject({
  doc: z.string('is missing'),
  expression: z
    .string('is missing')
    .refine(isExpression, 'is neither cron(…) with six fields, one of the two days a ?, nor rate(…)'),
  timezone: z.string('is missing').refine(isTimezone, 'is no time zone of the tz database'),
})

/** Reads `sql/schedules.yml`, its YAML already parsed: a map from name to doc, expression, timezone. */
export function parseSchedules(
  given: unknown,
): { readonly schedules: readonly Schedule[] } | { readonly wrong: readonly WrongSchedule[] } {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { wrong: [{ path: [], says: 'has to be a map from name to schedule' }] }
  }
  const schedules: Schedule[] = []
  const wrong: WrongSchedule[] = []
  for (const [name, value] of Object.entries(given)) {
    const parsed = schema.safeParse(value)
    if (parsed.success) schedules.push({ name, ...parsed.data })
    else wrong.push(...parsed.error.issues.flatMap((issue) => wrongsOf(name, issue)))
    if (!/^[a-z][a-z0-9_]*$/.test(name))
      wrong.push({ path: [name], says: `${name} is no name: small letters, digits, _` })
  }
  return wrong.length > 0 ? { wrong } : { schedules }
}

function wrongsOf(name: string, issue: z.core.$ZodIssue): readonly WrongSchedule[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [name, key], says: `${name} has no key "${key}"` }))
  }
  const path = [name, ...issue.path.map(String)]
  return [{ path, says: `${path.join('.')} ${issue.message}` }]
}

/** EventBridge wants a `?` in exactly one of day-of-month and day-of-week. */
function isExpression(text: string): boolean {
  const [, , , dayOfMonth, , dayOfWeek] = CRON.exec(text) ?? []
  return RATE.test(text) || (dayOfMonth !== undefined && (dayOfMonth === '?') !== (dayOfWeek === '?'))
}

function isTimezone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
