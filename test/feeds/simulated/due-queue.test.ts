import { expect, test } from 'vitest'
import { DueQueue } from '#feeds/simulated/due-queue.ts'
import { seeded, seedOf } from '../../contracts/random.ts'

test('what is put in comes out by time, and at the same time in the order in which it was put in', () => {
  const random = seeded(seedOf('due queue'))
  const queue = new DueQueue<readonly [number, number]>()
  const waiting: (readonly [number, number])[] = []
  for (let i = 0; i < 5_000; i += 1) {
    if (random() < 0.6) {
      const item = [Math.floor(random() * 50), i] as const
      queue.put(item[0], item)
      waiting.push(item)
    } else {
      waiting.sort(([a, first], [b, second]) => a - b || first - second)
      expect(queue.at).toBe(waiting[0]?.[0] ?? Number.POSITIVE_INFINITY)
      expect(queue.take()).toEqual(waiting.shift())
    }
  }
  waiting.sort(([a, first], [b, second]) => a - b || first - second)
  while (waiting.length > 0) expect(queue.take()).toEqual(waiting.shift())
})
