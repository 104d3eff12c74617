import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDecimal } from '#domain/decimal.ts'
import { compact, fixed, placesFor, signed, toneOf, whole } from '../../dashboards/live/src/number-text.ts'

describe('fixed', () => {
  test.each([
    ['39432.48', 2, '39,432.48'],
    ['1234567.5', 0, '1,234,568'],
    ['-1234567.5', 0, '−1,234,568'],
    ['0.005', 2, '0.01'],
    ['-0.004', 2, '0.00'],
    ['0.00000001', 8, '0.00000001'],
    ['99999999999999999999.99999999', 2, '100,000,000,000,000,000,000.00'],
    ['7', 3, '7.000'],
    ['999', 0, '999'],
  ])('%s with %i places is %s', (text, places, expected) => {
    expect(fixed(text, places)).toBe(expected)
  })

  test('with all eight places it says exactly what the API says', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 38n), 10n ** 38n), (value) => {
        const shown = fixed(formatDecimal(value), 8).replaceAll(',', '').replace('−', '-')
        expect(BigInt(shown.replace('.', ''))).toBe(value)
      }),
    )
  })

  test('it is at most half of the last place away', () => {
    fc.assert(
      fc.property(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.integer({ min: 0, max: 8 }), (value, places) => {
        const shown = fixed(formatDecimal(value), places).replaceAll(',', '').replace('−', '-').replace('.', '')
        const unit = 10n ** BigInt(8 - places)
        const off = BigInt(shown) * unit - value
        expect((off < 0n ? -off : off) * 2n <= unit).toBe(true)
      }),
    )
  })
})

test('a sign is shown for what is not zero as it is displayed', () => {
  expect(['1.5', '-1.5', '0', '0.001', '-0.001'].map((text) => signed(text, 2))).toEqual([
    '+1.50',
    '−1.50',
    '0.00',
    '0.00',
    '0.00',
  ])
})

test('large figures are abbreviated', () => {
  expect(['999.999', '1000', '3438698.18943282', '-2500000000'].map(compact)).toEqual([
    '1,000.00',
    '1.00 K',
    '3.44 M',
    '−2.50 B',
  ])
  expect(whole(12_345_678)).toBe('12,345,678')
})

test('places suit the size of a price, and tones its sign', () => {
  const prices = ['69000.5', '612.4', '5.12', '0.4512', '0.01157193', '0.0045', '0.00001834', '0']
  expect(prices.map(placesFor)).toEqual([2, 3, 4, 5, 6, 7, 8, 8])
  expect(['1', '-0.5', '0', '-0', '0.00'].map(toneOf)).toEqual(['up', 'down', 'flat', 'flat', 'flat'])
})
