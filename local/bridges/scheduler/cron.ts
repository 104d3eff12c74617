import { invalid } from './service-error.ts'

/** A cron expression of AWS, understood. */
export interface Cron {
  /** In order. */
  readonly minutes: readonly number[]
  /** In order. */
  readonly hours: readonly number[]
  readonly months: ReadonlySet<number>
  readonly years: ReadonlySet<number>
  /** Whether it falls on a day of a month that is its own. */
  readonly fallsOn: (year: number, month: number, day: number) => boolean
}

/** The years of AWS's expressions. */
export const YEARS = { first: 1970, last: 2199 } as const

interface Field {
  readonly name: string
  readonly least: number
  readonly most: number
  /** Names of values from `least` on. */
  readonly names?: readonly string[]
  readonly takesSteps: boolean
}

const MINUTES: Field = { name: 'minutes', least: 0, most: 59, takesSteps: true }
const HOURS: Field = { name: 'hours', least: 0, most: 23, takesSteps: true }
const DAYS: Field = { name: 'day-of-month', least: 1, most: 31, takesSteps: true }
const MONTHS: Field = {
  name: 'month',
  least: 1,
  most: 12,
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  takesSteps: true,
}
const WEEKDAYS: Field = {
  name: 'day-of-week',
  least: 1,
  most: 7,
  names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
  takesSteps: false,
}
const YEAR: Field = { name: 'year', least: YEARS.first, most: YEARS.last, takesSteps: true }

/** Understands `minutes hours day-of-month month day-of-week year`. @throws ServiceError for what AWS does not take */
export function parseCron(text: string): Cron {
  const fields = text.trim().split(/\s+/)
  const [minutes = '', hours = '', days = '', months = '', weekdays = '', years = ''] = fields
  if (fields.length !== 6) throw invalid(`A cron expression has six fields, ${text} has ${fields.length}.`)
  if ((days === '?') === (weekdays === '?')) {
    throw invalid(`Exactly one of day-of-month and day-of-week must be ?, in ${text}.`)
  }
  return {
    minutes: sorted(valuesOf(minutes, MINUTES)),
    hours: sorted(valuesOf(hours, HOURS)),
    months: valuesOf(months, MONTHS),
    years: valuesOf(years, YEAR),
    fallsOn: weekdays === '?' ? dayOfMonth(days) : dayOfWeek(weekdays),
  }
}

const sorted = (values: ReadonlySet<number>) => [...values].sort((a, b) => a - b)

function valuesOf(text: string, field: Field): ReadonlySet<number> {
  return new Set(text.split(',').flatMap((part) => rangeOf(part, field)))
}

function rangeOf(part: string, field: Field): number[] {
  const [range = '', step, ...rest] = part.split('/')
  const refused = () => invalid(`${part} is no value of the field ${field.name}.`)
  if (rest.length > 0 || (step !== undefined && !(field.takesSteps && /^[1-9]\d*$/.test(step)))) throw refused()
  const bounds =
    range === '*' ? [field.least, field.most] : range.split('-').map((value) => numberOf(value, field, refused))
  const [from = 0, to = step === undefined ? from : field.most] = bounds
  if (bounds.length > 2 || to < from) throw refused()
  const values: number[] = []
  for (let value = from; value <= to; value += Number(step ?? 1)) values.push(value)
  return values
}

function numberOf(text: string, { least, most, names = [] }: Field, refused: () => Error): number {
  const named = names.indexOf(text.toUpperCase())
  const value = named >= 0 ? named + least : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= least && value <= most)) throw refused()
  return value
}

function dayOfMonth(text: string): Cron['fallsOn'] {
  if (text === 'L') return (year, month, day) => day === lastDay(year, month)
  const near = /^(\d{1,2})W$/.exec(text)?.[1]
  if (near !== undefined) {
    const wanted = numberOf(near, DAYS, () => invalid(`${text} is no value of the field ${DAYS.name}.`))
    return (year, month, day) => wanted <= lastDay(year, month) && day === nearestWeekday(year, month, wanted)
  }
  const days = valuesOf(text, DAYS)
  return (_, __, day) => days.has(day)
}

function dayOfWeek(text: string): Cron['fallsOn'] {
  const refused = () => invalid(`${text} is no value of the field ${WEEKDAYS.name}.`)
  const nth = /^(\w+)#([1-5])$/.exec(text)
  if (nth) {
    const weekday = numberOf(nth[1] ?? '', WEEKDAYS, refused)
    return (year, month, day) => weekdayOf(year, month, day) === weekday && Math.ceil(day / 7) === Number(nth[2])
  }
  if (text === 'L') return (year, month, day) => weekdayOf(year, month, day) === 7
  const last = /^(\w+)L$/.exec(text)?.[1]
  if (last !== undefined) {
    const weekday = numberOf(last, WEEKDAYS, refused)
    return (year, month, day) => weekdayOf(year, month, day) === weekday && day + 7 > lastDay(year, month)
  }
  const weekdays = valuesOf(text, WEEKDAYS)
  return (year, month, day) => weekdays.has(weekdayOf(year, month, day))
}

/** 1 (Sunday) to 7. */
const weekdayOf = (year: number, month: number, day: number) => new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1

const lastDay = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate()

/** The day from Monday to Friday that is nearest to `day`, within the same month. */
function nearestWeekday(year: number, month: number, day: number): number {
  const weekday = weekdayOf(year, month, day)
  if (weekday === 7) return day === 1 ? 3 : day - 1
  if (weekday === 1) return day === lastDay(year, month) ? day - 2 : day + 1
  return day
}
