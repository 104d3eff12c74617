/** Zones by name, hours east of Greenwich: RFC 822's, and those that publishers write beside them. Others are unknown. */
const ZONES: Readonly<Record<string, number>> = {
  Z: 0,
  UT: 0,
  UTC: 0,
  GMT: 0,
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
  CET: 1,
  CEST: 2,
  JST: 9,
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const RFC_822 =
  /^(?:[a-z]{3,9}\.?,?\s+)?(\d{1,2})\s+([a-z]{3,9})\.?\s+(\d{2}|\d{4})\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([a-z]{1,4}|[+-]\d{2}:?\d{2})$/i

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2}))?$/i

/**
 * The time of `Sat, 15 Aug 2026 17:26:43 +0000`, RFC 822 as feeds write it: with or without weekday and seconds, years of
 * two digits, zones by name, months written out. @returns ms; undefined where it is none, or in a zone of no known name
 */
export function timeOfRfc822(text: string): number | undefined {
  const match = RFC_822.exec(text.trim().replaceAll(/\s+/g, ' '))
  if (match === null) return undefined
  const [, day, name = '', year = '', hour, minute, second = '0', zone = ''] = match
  const month = MONTHS.indexOf(name.slice(0, 3).toLowerCase())
  // RFC 2822, 4.3: two digits below 50 are of this century.
  const full = year.length === 4 ? Number(year) : Number(year) + (Number(year) < 50 ? 2_000 : 1_900)
  return instantOf([full, month + 1, Number(day), Number(hour), Number(minute), Number(second)], 0, zone)
}

/**
 * The time of `2026-08-15T16:00:00.123Z`, ISO 8601 with a zone; a date alone is its first moment in UTC.
 * @returns ms, what is finer dropped; undefined where it is none
 */
export function timeOfIso(text: string): number | undefined {
  const match = ISO.exec(text.trim())
  if (match === null) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match
  const parts = [Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second)] as const
  return instantOf(parts, Number(fraction.padEnd(3, '0').slice(0, 3)), zone)
}

/** In either form. */
export const timeOfPublication = (text: string): number | undefined => timeOfIso(text) ?? timeOfRfc822(text)

function instantOf(
  [year, month, day, hour, minute, second]: readonly [number, number, number, number, number, number],
  ms: number,
  zone: string,
): number | undefined {
  const offset = offsetOf(zone)
  if (offset === undefined || hour > 23 || minute > 59 || second > 60) return undefined
  const date = new Date(Date.UTC(year, month - 1, day))
  // A day that its month has not, and a month that is none, would otherwise run on into the next.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1_000 + ms
}

/** Minutes east of Greenwich. */
function offsetOf(zone: string): number | undefined {
  const numeric = /^([+-])(\d{2}):?(\d{2})$/.exec(zone)
  if (numeric === null) {
    const hours = ZONES[zone.toUpperCase()]
    return hours === undefined ? undefined : hours * 60
  }
  const [, sign, hours, minutes] = numeric
  const offset = Number(hours) * 60 + Number(minutes)
  if (offset > 14 * 60) return undefined
  return sign === '-' ? -offset : offset
}
