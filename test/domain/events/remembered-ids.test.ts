import { expect, test } from 'vitest'
import { fill } from '#domain/events/fill.ts'
import { RememberedIds, spanMsOf } from '#domain/events/remembered-ids.ts'
import { tick } from '#domain/events/tick.ts'

test('an id is known for as long as its contract asks, counted in append time alone', () => {
  const ids = new RememberedIds(spanMsOf([tick]))
  ids.add('a', 1_000_000)
  expect(ids.has('a', 1_000_000 + 300_000)).toBe(true)
  expect(ids.has('a', 1_000_000 + 400_000)).toBe(false)
  expect(ids.has('b', 1_000_000)).toBe(false)
})

test('fills are known for the seven days that their topic keeps them', () => {
  const ids = new RememberedIds(spanMsOf([tick, fill]))
  ids.add('a', 0)
  expect(ids.has('a', 7 * 86_400_000 - 1)).toBe(true)
})

test('what is forgotten is not held, and what is loaded is known as if it had been added', () => {
  const ids = new RememberedIds(1_000, [[5, ['a']]])
  expect(ids.has('a', 5_000)).toBe(true)
  for (let at = 6_000; at < 60_000; at += 1_000) ids.add(`${at}`, at)
  expect(ids.has('a', 59_000)).toBe(false)
  expect(ids.size).toBeLessThan(12)
})
