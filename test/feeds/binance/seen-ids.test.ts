import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SeenIds, together } from '#feeds/binance/seen-ids.ts'

const see = (seen: SeenIds<object>, ...ids: number[]) => ids.map((id) => seen.see(id, {}).standing)

test('each id is what it is to those before', () => {
  const seen = new SeenIds(100)
  expect(see(seen, 10, 11, 15, 13, 13, 12, 14, 14, 9, 16)).toEqual([
    'next',
    'next',
    'ahead',
    'missing',
    'seen',
    'missing',
    'missing',
    'seen',
    'early',
    'next',
  ])
  expect(seen.position).toEqual({ last: 16, missing: [] })
})

test('another one goes on from where it stood, and knows no more and no less', () => {
  const first = new SeenIds(100)
  see(first, 1, 2, 5, 9)
  const second = new SeenIds(100, first.position, {})
  expect(second.position).toEqual({
    last: 9,
    missing: [
      { from: 3, to: 4 },
      { from: 6, to: 8 },
    ],
  })
  expect(see(second, 9, 5, 7, 2, 12)).toEqual(['seen', 'seen', 'missing', 'early', 'ahead'])
  expect(second.position?.missing).toEqual([
    { from: 3, to: 4 },
    { from: 6, to: 6 },
    { from: 8, to: 8 },
    { from: 10, to: 11 },
  ])
})

test('more than can be remembered is let go by its ids, the oldest first', () => {
  const seen = new SeenIds(10)
  see(seen, 1, 5)
  expect(seen.see(100, {})).toEqual({
    standing: 'ahead',
    lost: [
      { from: 2, to: 4 },
      { from: 6, to: 89 },
    ],
  })
  expect(seen.position?.missing).toEqual([{ from: 90, to: 99 }])
})

test('an id from far back begins a new numbering: one wrong id does not hide all that follow', () => {
  const seen = new SeenIds(1_000)
  see(seen, 5_000, 9_007_199_254_740_991)
  expect(see(seen, 5_001, 5_002, 5_002, 5_004)).toEqual(['anew', 'next', 'seen', 'ahead'])
  expect(seen.position).toEqual({ last: 5_004, missing: [{ from: 5_003, to: 5_003 }] })
})

test('a part that is given up is forgotten, and the rest stays', () => {
  const seen = new SeenIds(100)
  see(seen, 1, 10)
  expect(seen.forget({ from: 4, to: 6 })).toEqual([{ from: 4, to: 6 }])
  expect(seen.missing).toEqual([
    { from: 2, to: 3 },
    { from: 7, to: 9 },
  ])
  expect(seen.forget({ from: 4, to: 6 })).toEqual([])
})

test('whatever the order and however often, missing is exactly what was not seen', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (ids) => {
      const seen = new SeenIds(1_000)
      const standings = see(seen, ...ids)
      const [first = 0] = ids
      const known = new Set(ids.filter((id) => id >= first))
      const missing = seen.missing.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i))
      const absent = Array.from({ length: Math.max(...ids) - first + 1 }, (_, i) => first + i).filter(
        (id) => !known.has(id),
      )
      expect(missing).toEqual(absent)
      // Each id is taken once.
      expect(standings.filter((standing) => standing !== 'seen' && standing !== 'early')).toHaveLength(known.size)
    }),
  )
})

test('together, two have not seen what neither has, whichever is asked', () => {
  const ids = fc.array(fc.integer({ min: 1, max: 40 }))
  fc.assert(
    fc.property(ids, ids, (mine, others) => {
      const [one, other] = [mine, others].map((more) => {
        const seen = new SeenIds(1_000)
        see(seen, 0, ...more)
        return seen.position ?? { last: 0, missing: [] }
      })
      if (one === undefined || other === undefined) throw new Error('two positions')
      const all = new SeenIds(1_000)
      see(all, 0, ...mine, ...others)
      const unseen = ({ missing }: typeof one) =>
        missing.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i))
      for (const joined of [together(one, other, 1_000), together(other, one, 1_000)]) {
        expect(joined.last).toBe(all.position?.last)
        expect(unseen(joined).toSorted((a, b) => a - b)).toEqual(unseen(all.position ?? one))
      }
    }),
  )
})

test('two who stand too far apart speak of different numberings: one of them does not hide the other', () => {
  const poisoned = { last: 9_007_199_254_740_991, missing: [] }
  expect(together({ last: 5, missing: [] }, poisoned, 100)).toEqual({ last: 5, missing: [] })
})
