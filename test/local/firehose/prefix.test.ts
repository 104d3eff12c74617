import { expect, it } from 'vitest'
import { evaluatePrefix, nameTime } from '#local/bridges/firehose/prefix.ts'

const arrival = Date.parse('2026-03-08T06:59:59.999Z')

it.each([
  ["!{timestamp:yyyy}/!{timestamp:MM/dd'T'HH-mm-ss}/", '2026/03/08T06-59-59/'],
  ['!{timestamp:yy DDD}!{partitionKeyFromQuery:a}', '26 067x!{b}'],
  ['errors/!{firehose:error-output-type}/', 'errors/processing-failed/'],
  ['', ''],
])('%s becomes %s', (template, expected) => {
  const errorType = 'processing-failed'
  expect(evaluatePrefix(template, { arrival, keys: { a: 'x!{b}' }, errorType })).toBe(expected)
})

it('tells the time of a zone, on both sides of a change of clocks', () => {
  const at = (instant: number) => evaluatePrefix('!{timestamp:HH:mm}', { arrival: instant, zone: 'America/New_York' })
  expect(at(arrival)).toBe('01:59')
  expect(at(arrival + 1)).toBe('03:00')
  expect(nameTime(arrival + 1, 'Asia/Tokyo')).toBe('2026-03-08-16-00-00')
})

it('draws another random text every time', () => {
  const drawn = Array.from({ length: 50 }, () => evaluatePrefix('!{firehose:random-string}', { arrival }))
  expect(new Set(drawn).size).toBe(50)
  expect(drawn[0]).toHaveLength(11)
})

it('refuses what gets longer than 512 characters', () => {
  expect(() => evaluatePrefix('!{partitionKeyFromQuery:a}', { arrival, keys: { a: 'a'.repeat(513) } })).toThrow(/512/)
})
