/**
 * An exact number with eight decimals, held as a bigint: 1.5 is 150_000_000n.
 * Sums, differences and comparisons are the language's own; only products and quotients need a function,
 * because they round: once, half away from zero, as `HALF_UP` does in Trino and Spark.
 */
export type Decimal = bigint

export const ONE: Decimal = 100_000_000n

/** The largest magnitude that decimal(38,8) holds: 38 digits. */
export const LARGEST: Decimal = 10n ** 38n - 1n

const TEXT = /^(-?)(\d{1,30})(?:\.(\d{1,8}))?$/

/**
 * Reads plain decimal notation such as `-12.5`: at most thirty digits before the point and eight after it.
 * @returns undefined where the text is anything else, an exponent and a ninth decimal included: nothing is rounded away.
 */
export function parseDecimal(text: string): Decimal | undefined {
  const match = TEXT.exec(text)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = ''] = match
  const magnitude = BigInt(whole + fraction.padEnd(8, '0'))
  return sign === '-' ? -magnitude : magnitude
}

/** Plain notation without trailing zeros: 150_000_000n is `1.5`. The inverse of `parseDecimal`. */
export function formatDecimal(value: Decimal): string {
  const digits = (value < 0n ? -value : value).toString().padStart(9, '0')
  const fraction = digits.slice(-8).replace(/0+$/, '')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -8)}${fraction === '' ? '' : `.${fraction}`}`
}

/** Whether decimal(38,8) can hold it. */
export const fits = (value: Decimal): boolean => value <= LARGEST && value >= -LARGEST

/** The smaller of two (`Math.min` takes no bigint). */
export function lesser(a: Decimal, b: Decimal): Decimal {
  if (a < b) return a
  return b
}

/** a × b, rounded once. */
export const times = (a: Decimal, b: Decimal): Decimal => divideRounded(a * b, ONE)

/**
 * a × numerator ÷ denominator, rounded once: the way to a share or an average without a rounded intermediate.
 * @throws RangeError where the denominator is zero.
 */
export const share = (a: Decimal, numerator: Decimal, denominator: Decimal): Decimal =>
  denominator < 0n ? divideRounded(-a * numerator, -denominator) : divideRounded(a * numerator, denominator)

/** n ÷ d for d > 0, half away from zero. */
function divideRounded(n: bigint, d: bigint): bigint {
  return (n < 0n ? n - d / 2n : n + d / 2n) / d
}
