import { expect, test } from 'vitest'
import { SharedPositions } from '#lambdas/binance-relay/positions.ts'
import { RememberedObjects } from '../refresh-planner/remembered-objects.ts'

const KEY = 'feeds/binance/positions.json'
const at = (last: number, ...missing: { from: number; to: number }[]) => new Map([['BTCUSDT', { last, missing }]])
const positionsOf = (objects: RememberedObjects, run: string) =>
  new SharedPositions(objects, KEY, { run, now: () => 0, mostApart: 1_000 })

test('what one run notes, the next one reads', async () => {
  const objects = new RememberedObjects()
  const first = positionsOf(objects, 'first')
  expect(await first.read()).toEqual({ positions: new Map() })
  await first.claim(at(10))
  expect(await first.advance(at(20, { from: 12, to: 13 }))).toBe(true)
  expect(await positionsOf(objects, 'second').read()).toEqual({ positions: at(20, { from: 12, to: 13 }) })
})

test('whoever has claimed it is the holder: the one before can write no more', async () => {
  const objects = new RememberedObjects()
  const [first, second] = [positionsOf(objects, 'first'), positionsOf(objects, 'second')]
  await first.claim(at(10))
  await second.claim(at(15))
  expect(await first.advance(at(99))).toBe(false)
  expect(await second.advance(at(16))).toBe(true)
  expect(await second.read()).toEqual({ positions: at(16) })
})

test('a claim between another one reading and writing wins: nothing is written over unread', async () => {
  for (const order of [
    ['first', 'second'],
    ['second', 'first'],
  ]) {
    const objects = new RememberedObjects()
    const first = positionsOf(objects, 'first')
    await first.claim(at(10))
    const started = order.map((run) =>
      run === 'first'
        ? first.advance(at(11))
        : positionsOf(objects, 'second')
            .claim(at(5))
            .then(() => true),
    )
    await Promise.all(started)
    expect(JSON.parse(objects.texts.get(KEY)?.text ?? '').holder).toBe('second')
    expect(await first.advance(at(12))).toBe(false)
  }
})

test('what the holder before has handed over counts for whoever takes over', async () => {
  const objects = new RememberedObjects()
  await positionsOf(objects, 'first').claim(at(20, { from: 3, to: 4 }))
  const second = positionsOf(objects, 'second')
  await second.claim(at(18, { from: 4, to: 9 }))
  expect(await second.read()).toEqual({ positions: at(20, { from: 4, to: 4 }) })
})

test('symbols that a run does not relay stay as they are', async () => {
  const objects = new RememberedObjects()
  await positionsOf(objects, 'first').claim(new Map([...at(20), ['ETHUSDT', { last: 7, missing: [] }]]))
  const second = positionsOf(objects, 'second')
  await second.claim(at(21))
  await second.advance(at(22))
  expect((await second.read()).positions.get('ETHUSDT')).toEqual({ last: 7, missing: [] })
})

test.each([
  '',
  'null',
  '{"holder":1}',
  '{"holder":"x","written_at":"","symbols":{"BTCUSDT":{"last":-1,"missing":[]}}}',
])('what is none of ours, such as %j, is said to be unreadable, and written anew', async (text) => {
  const objects = new RememberedObjects()
  await objects.put(KEY, text)
  const run = positionsOf(objects, 'run')
  expect(await run.read()).toEqual({ positions: new Map(), unreadable: true })
  await run.claim(at(3))
  expect(await run.read()).toEqual({ positions: at(3) })
})
