import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Sequence } from '#feeds/binance/sequence.ts'
import type { Trade } from '#feeds/binance/to-tick.ts'

const settings = { holdMs: 2_000, reorderMs: 250, mostHeld: 50, mostMissing: 1_000 }
const trade = (id: number): Trade => ({ symbol: 'BTCUSDT', id, event: { type: 'tick', received_at: 0 } })
const take = (sequence: Sequence, now: number, ...ids: number[]) =>
  ids.map((id) => sequence.take(trade(id), now).standing)
const due = (sequence: Sequence, now: number, all = false) => sequence.due(now, all).map(({ id }) => id)

test('what comes in order goes on at once, what overtakes waits for what it overtook', () => {
  const sequence = new Sequence(settings, 0)
  take(sequence, 0, 1, 2, 5, 4)
  expect(due(sequence, 1)).toEqual([1, 2])
  expect(sequence.deadline(1)).toBe(2_000)
  take(sequence, 100, 3)
  expect(due(sequence, 100)).toEqual([3, 4, 5])
  expect(sequence.deadline(100)).toBeUndefined()
})

test('trades wait no longer than they may, and one that comes after that is let through late', () => {
  const sequence = new Sequence(settings, 0)
  take(sequence, 0, 1, 3)
  take(sequence, 1_500, 5)
  expect(due(sequence, 1_999)).toEqual([1])
  expect(due(sequence, 2_000)).toEqual([3])
  expect(due(sequence, 3_500)).toEqual([5])
  expect(take(sequence, 4_000, 2, 4, 4)).toEqual(['missing', 'missing', 'seen'])
  expect(due(sequence, 4_000)).toEqual([2, 4])
})

test('more than may wait goes on, and so does everything at the end', () => {
  const sequence = new Sequence(settings, 0)
  take(sequence, 0, 1, ...Array.from({ length: 51 }, (_, i) => 3 + i))
  expect(due(sequence, 1)).toHaveLength(52)
  take(sequence, 1, 60)
  expect(due(sequence, 2)).toEqual([])
  expect(due(sequence, 2, true)).toEqual([60])
})

test('REST is asked for what is missing after a moment, and at once for what another run left', () => {
  const sequence = new Sequence(settings, 500, { last: 10, missing: [{ from: 7, to: 8 }] })
  take(sequence, 1_000, 12)
  expect(sequence.wanted.map(({ from, to, askAt }) => [from, to, askAt])).toEqual([
    [7, 8, 500],
    [11, 11, 1_250],
  ])
})

test('what was held under an old numbering goes before the new one', () => {
  const sequence = new Sequence(settings, 0)
  take(sequence, 0, 5_000, 5_002)
  expect(take(sequence, 1, 7)).toEqual(['anew'])
  take(sequence, 1, 8)
  expect(due(sequence, 1)).toEqual([5_000, 5_002, 7, 8])
})

test('however two connections are shuffled, each trade goes on once, in order while nothing waits too long', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ dropped: fc.integer({ min: 0, max: 5 }), delays: fc.tuple(fc.nat(300), fc.nat(300)) }), {
        minLength: 1,
        maxLength: 60,
      }),
      (trades) => {
        // Each trade comes through either connection, up to 300 ms late; one of the two may drop it.
        const copies = trades.flatMap(({ dropped, delays }, id) =>
          delays.flatMap((delay, by) => (dropped === by && id > 0 ? [] : [{ id, at: id === 0 ? 0 : id + delay }])),
        )
        const sequence = new Sequence({ ...settings, mostHeld: 1_000 }, 0)
        const out: number[] = []
        for (const { id, at } of copies.toSorted((a, b) => a.at - b.at)) {
          take(sequence, at, id)
          out.push(...due(sequence, at))
        }
        expect(out).toEqual(trades.map((_, id) => id))
      },
    ),
  )
})
