import fc from 'fast-check'
import { expect, it } from 'vitest'
import { deaggregate, documentsOf } from '#local/bridges/firehose/deaggregate.ts'
import { seedOf } from '#test/contracts/random.ts'

it('finds every object, packed as lines or one behind the other', () => {
  const seed = seedOf('deaggregate')
  const tricky = fc.string({ unit: fc.constantFrom('{', '}', '"', '\\', '\n', ' ', 'é', '[') })
  const objects = fc.array(fc.dictionary(tricky, fc.oneof(tricky, fc.jsonValue())), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(objects, fc.array(fc.constantFrom('', ' ', '\n', '\r\n', '\n\n')), (values, joints) => {
      const packed = values.map((value, index) => JSON.stringify(value) + (joints[index] ?? '')).join('')
      const plain = values.map((value) => JSON.stringify(value))
      const found = deaggregate(packed)
      expect(found.map(({ text }) => JSON.stringify(JSON.parse(text)))).toEqual(
        plain.map((text) => JSON.stringify(JSON.parse(text))),
      )
      expect(found.every(({ text }) => !text.includes('\n'))).toBe(true)
    }),
    { seed },
  )
})

it.each([
  '[{"a":1},{"a":2}]',
  '{"a":1}[2]',
  '7',
  '"text"',
  'null',
  '{"a":1}}',
  '{"a":1},{"a":2}',
  '{"a":1}{"a":',
  '{a:1}',
  '{"a":\n1}',
])('%s is no input', (record) => {
  expect(() => deaggregate(record)).toThrow()
})

it('outside deaggregation an object may span lines, and becomes one', () => {
  expect(documentsOf('{"a":\n 1}').map(({ text }) => text)).toEqual(['{"a":  1}'])
})
