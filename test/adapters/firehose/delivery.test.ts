import { expect, test } from 'vitest'
import { FirehoseDelivery } from '#adapters/firehose/delivery.ts'
import { seeded, seedOf } from '#test/contracts/random.ts'
import { StreamInMemory } from './stream-in-memory.ts'

const random = seeded(seedOf('delivery'))
const hurried = { pauseMs: 1, longestPauseMs: 4 }
/** Rows of which each fills a record. */
const large = (length: number) => Array.from({ length }, (_, i) => ({ i, filling: 'x'.repeat(300_000) }))

test('only what failed is offered again', async () => {
  const stream = new StreamInMemory(random, { failedRecords: 0.3 })
  await new FirehoseDelivery(stream.put, hurried).append(large(60))
  const taken = stream.taken.map((record) => JSON.parse(record.toString('utf8')).i)
  expect(taken.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i))
  const offered = stream.calls.flat().length
  expect(offered).toBeGreaterThan(60)
  expect(offered, 'failed 30 % of the time, a record is offered 1.4 times').toBeLessThan(150)
})

test('a throttled call is offered again whole', async () => {
  const stream = new StreamInMemory(random, { throttles: 0.5 })
  await new FirehoseDelivery(stream.put, hurried).append(large(30))
  expect(stream.taken).toHaveLength(30)
})

test('no more calls at once than allowed', async () => {
  const stream = new StreamInMemory(random)
  await new FirehoseDelivery(stream.put, { calls: 3 }).append(large(130))
  expect(stream.calls.length).toBeGreaterThan(8)
  expect(stream.most).toBe(3)
})

test('past the deadline it gives up, with how many and why', async () => {
  const stream = new StreamInMemory(random, { throttles: 1 })
  const delivery = new FirehoseDelivery(stream.put, { ...hurried, deadlineMs: 50 })
  await expect(delivery.append(large(2))).rejects.toThrow('Firehose did not take 2 of 2 records: Slow down.')
})

test('what will not pass ends it at once, and nothing is under way behind the answer', async () => {
  let [calls, ended] = [0, 0]
  const delivery = new FirehoseDelivery(async () => {
    calls += 1
    await new Promise((done) => setTimeout(done, calls * 5))
    ended += 1
    if (calls > 1) throw new Error('ResourceNotFoundException')
    return []
  }, hurried)
  await expect(delivery.append(large(300))).rejects.toThrow('ResourceNotFoundException')
  expect(ended).toBe(calls)
  expect(calls).toBeLessThan(10)
})
