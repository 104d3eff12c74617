import { expect, test } from 'vitest'
import { Random } from '#feeds/simulated/random.ts'

test('draws what the reference implementation of xoshiro128** draws from the state 1, 2, 3, 4', () => {
  const random = new Random([1, 2, 3, 4])
  const drawn = Array.from({ length: 10 }, () => random.bits())
  expect(drawn).toEqual([
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ])
})

test('normal numbers have mean 0 and deviation 1', () => {
  const random = Random.seeded(42)
  const drawn = Array.from({ length: 100_000 }, () => random.normal())
  const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length
  const variance = drawn.reduce((sum, value) => sum + value ** 2, 0) / drawn.length - mean ** 2
  expect(Math.abs(mean)).toBeLessThan(0.02)
  expect(Math.abs(variance - 1)).toBeLessThan(0.03)
})
