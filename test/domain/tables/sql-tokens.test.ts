import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tokenise } from '#domain/tables/sql-tokens.ts'
import { fillIn } from '#domain/tables/table-references.ts'

const pieces = [
  'select',
  "'",
  '"',
  '`',
  '--',
  '/*',
  '*/',
  '\n',
  ' ',
  '.',
  ':day',
  '1.5e3',
  'silver',
  "''",
  '(',
  'é',
  ';',
]

test('no text loses a character, and lines are counted', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 30 }), (parts) => {
      const sql = parts.join('')
      const tokens = tokenise(sql)
      expect(tokens.map(({ text }) => text).join('')).toBe(sql)
      let before = ''
      for (const { text, line } of tokens) {
        expect(line).toBe(before.split('\n').length)
        before += text
      }
    }),
  )
})

test.each([
  ["'it''s' x", ['string', 'space', 'name']],
  ['"a""b".c', ['quoted', 'symbol', 'name']],
  ['-- x\ny /* z\n */', ['comment', 'space', 'name', 'space', 'comment']],
  [':day <= 1.5', ['parameter', 'space', 'symbol', 'symbol', 'space', 'number']],
  ["'open", ['unclosed']],
  ['a /* open', ['name', 'space', 'unclosed']],
])('%j', (sql, kinds) => expect(tokenise(sql).map(({ kind }) => kind)).toEqual(kinds))

test('tables and parameters are filled in where they are meant, and nowhere else', () => {
  const sql = `select ':day silver.ticks', t."silver.ticks" -- :day of silver.ticks
from silver . ticks as t, "silver"."fills" where silver.ticks.price > 0 and day = :day`
  expect(fillIn(tokenise(sql), { table: (name) => `<${name}>`, parameters: { day: "date '2026-11-20'" } })).toBe(
    `select ':day silver.ticks', t."silver.ticks" -- :day of silver.ticks
from <silver.ticks>   as t, <silver.fills> where <silver.ticks>.price > 0 and day = date '2026-11-20'`,
  )
  expect(() => fillIn(tokenise('select\n:night'), { table: String })).toThrow('line 2 has :night')
})
