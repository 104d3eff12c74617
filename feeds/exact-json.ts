import type { Decimal } from '#domain/decimal.ts'

/** What the runtime knows beyond ES2024: a number's own spelling, in both directions. */
declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown
    rawJSON(text: string): unknown
  }
}

/** A number as the JSON spelled it: a double in between would change the digits of one in ten. */
export class NumberText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** Written back exactly as it was read. */
  toJSON(): unknown {
    return JSON.rawJSON(this.text)
  }
}

/** What a JSON text holds, its numbers as `NumberText`. @throws SyntaxError where it is none */
export const exactJson = (text: string): unknown =>
  JSON.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? new NumberText(source) : value,
  )

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,6}))?$/

/** More digits than any field holds: what has them is not worth the arithmetic. */
const MOST_DIGITS = 60

/**
 * A JSON number such as `-1.5e-7` as a decimal, what is beyond eight places rounded once, half away from zero.
 * @returns undefined where it is no number, or one of more than some fifty digits before the point
 */
export function exactDecimal(text: string): Decimal | undefined {
  const match = NUMBER.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return 0n
  // How many places the digits move left to stand at the eighth one.
  const shift = 8 - fraction.length + Number(exponent)
  if (digits.length + shift > MOST_DIGITS) return undefined
  const magnitude = shift >= 0 ? BigInt(digits) * 10n ** BigInt(shift) : dropDigits(digits, -shift)
  return sign === '-' ? -magnitude : magnitude
}

/** All but the last `dropped` digits; the first of those decides, since there are no halves below it. */
function dropDigits(digits: string, dropped: number): bigint {
  if (dropped > digits.length) return 0n
  const kept = BigInt(digits.slice(0, digits.length - dropped) || '0')
  return Number(digits[digits.length - dropped]) >= 5 ? kept + 1n : kept
}
