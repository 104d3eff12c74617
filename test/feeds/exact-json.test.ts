import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDecimal, parseDecimal } from '#domain/decimal.ts'
import { exactDecimal, exactJson } from '#feeds/exact-json.ts'

describe('a number of JSON', () => {
  it.each([
    ['63284', '63284'],
    ['-0', '0'],
    ['1.0', '1'],
    ['8.715e-06', '0.00000872'],
    ['-8.715e-06', '-0.00000872'],
    ['8.7149999999999999999999e-06', '0.00000871'],
    ['4.9999999999999999e-9', '0'],
    ['5e-9', '0.00000001'],
    ['-5E-9', '-0.00000001'],
    ['1e400', undefined],
    ['1e-400', '0'],
    ['1E+2', '100'],
    ['0.000000000000000000000000000000000000000000000000000000000000000001', '0'],
    ['99999999.999999995', '100000000'],
    // A double would read …4.
    ['9007199254740993.00000001', '9007199254740993.00000001'],
    ['NaN', undefined],
    ['0x10', undefined],
    ['', undefined],
  ])('%s is %s', (text, expected) => {
    const decimal = exactDecimal(text)
    expect(decimal === undefined ? undefined : formatDecimal(decimal)).toBe(expected)
  })

  it('is what plain notation says, wherever the point was moved to', () => {
    const digits = fc.bigInt({ min: -(10n ** 22n), max: 10n ** 22n })
    fc.assert(
      fc.property(digits, fc.integer({ min: -20, max: 20 }), (value, exponent) => {
        const plain = formatDecimal(value)
        const [whole = '', fraction = ''] = plain.replace('-', '').split('.')
        // The same number, its point moved and moved back by the exponent.
        const all = `${'0'.repeat(20)}${whole}${fraction.padEnd(8, '0')}${'0'.repeat(20)}`
        const point = 20 + whole.length - exponent
        const moved = `${value < 0n ? '-' : ''}${all.slice(0, point)}.${all.slice(point)}e${exponent}`
        expect(exactDecimal(moved)).toBe(parseDecimal(plain))
      }),
    )
  })

  it('is written back as it was read', () => {
    const text = '{"a":[1.10,1e-07,-0,123456789012345678901234567890],"b":"1.0","c":null,"d":true}'
    expect(JSON.stringify(exactJson(text))).toBe(text)
  })
})
