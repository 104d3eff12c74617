/** Exact decimals of the API, as text, to text for people: rounded by integer arithmetic, never by floats. */

const MINUS = '\u2212'

/** How many decimals suit a price of that size: 39,432.48 · 3.1416 · 0.082134. */
export function placesFor(price: string): number {
  const size = Math.abs(Number(price))
  if (size >= 1_000) return 2
  if (size >= 10) return 3
  if (size >= 1) return 4
  // Five digits that count, for a price moves by less than a thousandth in a minute; no price has more than eight places.
  return size > 0 ? Math.min(8, 4 - Math.floor(Math.log10(size))) : 8
}

/** Rounds half away from zero to so many decimals, groups thousands, and writes a real minus sign. */
export function fixed(text: string, places: number): string {
  const scaled = roundedTo(text, places)
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ',')
  const fraction = places === 0 ? '' : `.${digits.slice(-places)}`
  return `${scaled < 0n ? MINUS : ''}${whole}${fraction}`
}

/** The same with its sign always shown, but for zero. */
export const signed = (text: string, places: number): string =>
  `${roundedTo(text, places) > 0n ? '+' : ''}${fixed(text, places)}`

/** 1234567.8 → 1.23 M; what is below a thousand stays with two decimals. */
export function compact(text: string): string {
  const size = Math.abs(Number(text))
  const unit = [
    { from: 1e12, sign: 'T' },
    { from: 1e9, sign: 'B' },
    { from: 1e6, sign: 'M' },
    { from: 1e3, sign: 'K' },
  ].find(({ from }) => size >= from)
  if (unit === undefined) return fixed(text, 2)
  return `${(Number(text) / unit.from).toFixed(2).replace('-', MINUS)} ${unit.sign}`
}

/** A whole number with thousands grouped. */
export const whole = (count: number): string => fixed(String(Math.round(count)), 0)

/** What a figure is called for colours: up, down or flat. */
export function toneOf(text: string): 'up' | 'down' | 'flat' {
  if (/^-?0(\.0*)?$/.test(text)) return 'flat'
  return text.startsWith('-') ? 'down' : 'up'
}

/** 2026-01-05T12:00:01.234Z → 12:00:01. */
export const timeOfDay = (iso: string): string => iso.slice(11, 19)

function roundedTo(text: string, places: number): bigint {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.')
  const kept = BigInt(whole + fraction.slice(0, places).padEnd(places, '0'))
  const rounded = (fraction[places] ?? '0') >= '5' ? kept + 1n : kept
  return text.startsWith('-') ? -rounded : rounded
}
