import { expect, it } from 'vitest'
import { compileQuery } from '#local/bridges/firehose/metadata-query.ts'

const record = {
  day: '2026-11-20',
  type: { device: 'Mobile', 'user id': 7 },
  at: 1565382027,
  big: 1.5,
  no: null,
  list: [1],
}

it.each([
  ['{day:.day}', { day: '2026-11-20' }],
  ['{ day, "d" : .type.device }', { day: '2026-11-20', d: 'Mobile' }],
  ['{u:.type["user id"],v:.type."user id"}', { u: '7', v: '7' }],
  ['{year:.at|strftime("%Y"),time:.at| strftime("%F %H:%M:%S")}', { year: '2019', time: '2019-08-09 20:20:27' }],
  ['{d:(.type.device|ascii_downcase),u:.type.device|ascii_upcase}', { d: 'mobile', u: 'MOBILE' }],
  ['{n:.big|floor|tostring,c:"fixed"}', { n: '1', c: 'fixed' }],
])('%s', (query, expected) => {
  const { keys, extract } = compileQuery(query)
  expect(extract(record)).toEqual(expected)
  expect(keys).toEqual(Object.keys(expected))
})

it.each([
  ['{a:.no}', /null or empty/],
  ['{a:.absent}', /null or empty/],
  ['{a:.no.deeper}', /null or empty/],
  ['{a:.day.deeper}', /Cannot index string with "deeper"/],
  ['{a:.list.x}', /Cannot index array/],
  ['{a:.day|strftime("%Y")}', /needs a number/],
  ['{a:.day|tonumber}', /cannot be parsed/],
  ['{a:.toString}', /null or empty/],
])('%s fails on the record', (query, reason) => {
  expect(() => compileQuery(query).extract(record)).toThrow(reason)
})

it.each([
  '',
  '.day',
  '{a:.b',
  '{a:.b}x',
  '{a:.b[0]}',
  '{a:.b // "x"}',
  '{a:.b|constructor}',
  '{a:1}',
  '{:.a}',
  '{a:.}',
])('%s is refused', (query) => {
  expect(() => compileQuery(query)).toThrow(/cannot be evaluated here/)
})
