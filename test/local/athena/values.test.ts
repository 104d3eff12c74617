import { expect, it } from 'vitest'
import { columnInfo, textOfValue } from '#local/bridges/athena/run/values.ts'

it.each([
  ['varchar', 'x', 'x'],
  ['varchar', '', ''],
  ['varchar', null, undefined],
  ['bigint', '9007199254740993', '9007199254740993'],
  ['boolean', true, 'true'],
  ['varbinary', 'aGVs', '68 65 6c'],
  ['array(integer)', ['1', null, '3'], '[1, null, 3]'],
  ['map(varchar, array(integer))', { a: ['1'], b: [] }, '{a=[1], b=[]}'],
  ['row("a b" integer, c map(varchar, decimal(38, 8)))', ['1', { k: '2.00000001' }], '{a b=1, c={k=2.00000001}}'],
  ['row(integer, varchar(1))', ['1', 'x'], '{field0=1, field1=x}'],
])('a %s %j is written %j', (type, value, text) => {
  expect(textOfValue(type, value)).toBe(text)
})

it.each([
  ['decimal(38,8)', 'decimal', 38, 8],
  ['varchar', 'varchar', 2_147_483_647, 0],
  ['varchar(3)', 'varchar', 3, 0],
  ['timestamp(6)', 'timestamp', 3, 0],
  ['timestamp(6) with time zone', 'timestamp with time zone', 0, 0],
  ['real', 'float', 17, 0],
  ['row(a integer)', 'row', 0, 0],
])('a column of %s is a %s', (type, name, precision, scale) => {
  expect(columnInfo({ name: 'x', type })).toMatchObject({ Type: name, Precision: precision, Scale: scale })
})
