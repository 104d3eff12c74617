import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fits, formatDecimal, LARGEST, ONE, parseDecimal, share, times } from '#domain/decimal.ts'

const decimals = fc.bigInt({ min: -(10n ** 22n), max: 10n ** 22n })

describe('decimal text', () => {
  test('what is formatted parses to the same value', () => {
    fc.assert(
      fc.property(decimals, (value) => {
        expect(parseDecimal(formatDecimal(value))).toBe(value)
      }),
    )
  })

  test.each([
    ['0', 0n],
    ['1.5', 150_000_000n],
    ['-0.00000001', -1n],
    ['39432.48', 3_943_248_000_000n],
  ])('%s', (text, value) => {
    expect(parseDecimal(text)).toBe(value)
    expect(formatDecimal(value)).toBe(text)
  })

  test.each(['', ' 1', '1.', '.5', '1e5', '+1', '1,5', '0x1', 'NaN', '0.123456789', '--1', '1'.repeat(31)])(
    '%j is no decimal',
    (text) => expect(parseDecimal(text)).toBeUndefined(),
  )

  test('decimal(38,8) holds thirty-eight digits and not one more', () => {
    expect(fits(LARGEST)).toBe(true)
    expect(fits(LARGEST + 1n)).toBe(false)
    expect(fits(-LARGEST - 1n)).toBe(false)
  })
})

describe('rounding, once and half away from zero', () => {
  test('a product is off by no more than half of the last place, and a tie goes away from zero', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const twiceOff = 2n * (times(a, b) * ONE - a * b)
        const away = twiceOff === (a * b > 0n ? ONE : -ONE)
        expect(away || (twiceOff < ONE && twiceOff > -ONE)).toBe(true)
      }),
    )
  })

  test.each([
    [1n, 50_000_000n, 1n],
    [-1n, 50_000_000n, -1n],
    [1n, 49_999_999n, 0n],
    [3n, 50_000_000n, 2n],
  ])('%s × %s', (a, b, product) => {
    expect(times(a, b)).toBe(product)
  })

  test('a share is rounded like a product, whatever the sign of its parts', () => {
    expect(share(ONE, 1n, 3n)).toBe(33_333_333n)
    expect(share(ONE, 2n, 3n)).toBe(66_666_667n)
    expect(share(-ONE, 2n, 3n)).toBe(-66_666_667n)
    expect(share(ONE, 2n, -3n)).toBe(-66_666_667n)
    expect(() => share(ONE, 1n, 0n)).toThrow(RangeError)
  })
})
