import { expect, test } from 'vitest'
import { tick } from '#domain/events/tick.ts'
import type { Emission } from '#feeds/emission.ts'
import { type Clock, paced, type Speed } from '#feeds/pace.ts'

/** A clock that waiting turns on: nobody sleeps. `waits` are the lengths asked for. */
class HandClock implements Clock {
  time = 5_000
  readonly waits: number[] = []
  now(): number {
    return this.time
  }
  async wait(ms: number): Promise<void> {
    this.waits.push(ms)
    this.time += ms
  }
}

const at = (times: readonly number[]): Emission[] =>
  times.map((time) => ({ at: time, definition: tick, event: { type: 'tick', received_at: time } }))

/** What came, and when on the clock. */
async function play(times: readonly number[], speed: Speed, clock: HandClock, delay = 0, stop = new AbortController()) {
  const came: [at: number, events: readonly number[]][] = []
  for await (const batch of paced(at(times), speed, clock, stop.signal)) {
    came.push([clock.time, batch.map((emission) => emission.at)])
    clock.time += delay
  }
  return came
}

test('at its own pace each event comes when it is due, those of one moment together', async () => {
  expect(await play([100, 100, 350, 1_100], 1, new HandClock())).toEqual([
    [5_000, [100, 100]],
    [5_250, [350]],
    [6_000, [1_100]],
  ])
})

test('ten times its pace takes a tenth of the time', async () => {
  expect(await play([100, 350, 1_100], 10, new HandClock())).toEqual([
    [5_000, [100]],
    [5_025, [350]],
    [5_100, [1_100]],
  ])
})

test('at full speed nothing is waited for, and batches stay bounded', async () => {
  const clock = new HandClock()
  const came = await play(
    Array.from({ length: 2_500 }, (_, i) => i * 1_000),
    'max',
    clock,
  )
  expect(came.map(([, events]) => events.length)).toEqual([1_000, 1_000, 500])
  expect(clock.waits).toEqual([])
})

test('a slow consumer gets what is overdue at once, and then the pace again', async () => {
  expect(await play([0, 10, 20, 30, 500], 1, new HandClock(), 100)).toEqual([
    [5_000, [0]],
    [5_100, [10, 20, 30]],
    [5_500, [500]],
  ])
})

test('an event out of order is not waited for, and comes in its place', async () => {
  expect(await play([100, 300, 200, 400], 1, new HandClock())).toEqual([
    [5_000, [100]],
    [5_200, [300, 200]],
    [5_300, [400]],
  ])
})

test('a timer that fires early is asked again: nothing comes before it is due', async () => {
  const clock = new HandClock()
  clock.wait = async (ms) => {
    clock.time += ms > 1 ? ms - 0.5 : ms
  }
  expect(await play([0, 100], 1, clock)).toEqual([
    [5_000, [0]],
    [5_100, [100]],
  ])
})

test('stopped while it waits, it ends without what was not due', async () => {
  const clock = new HandClock()
  const stop = new AbortController()
  clock.wait = async () => stop.abort()
  expect(await play([0, 100], 1, clock, 0, stop)).toEqual([[5_000, [0]]])
})

test('stopped at full speed, an endless feed ends', async () => {
  const stop = new AbortController()
  const endless = function* () {
    for (let i = 0; ; i += 1) yield* at([i])
  }
  let batches = 0
  for await (const _batch of paced(endless(), 'max', new HandClock(), stop.signal)) {
    batches += 1
    if (batches === 3) stop.abort()
  }
  expect(batches).toBe(3)
})
