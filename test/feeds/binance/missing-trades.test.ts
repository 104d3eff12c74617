import { expect, onTestFinished, test } from 'vitest'
import { MissingTrades } from '#feeds/binance/missing-trades.ts'
import { type Outside, theOutside } from '#feeds/binance/outside.ts'
import { RestTrades } from '#feeds/binance/rest-trades.ts'
import type { Position } from '#feeds/binance/seen-ids.ts'
import { Sequence } from '#feeds/binance/sequence.ts'
import { noStatistics } from '#feeds/binance/statistics.ts'

const row = (id: number) => ({
  id,
  price: '1',
  qty: '1',
  time: Date.UTC(2026, 1),
  isBuyerMaker: true,
  isBestMatch: true,
})

/** A venue that answers as it is told to, and remembers what it was asked. */
function venueThat(answer: (query: URLSearchParams) => Response) {
  const asked: string[] = []
  const fetch: Outside['fetch'] = async (input) => {
    const { searchParams } = new URL(String(input))
    asked.push(`${searchParams.get('symbol')} ${searchParams.get('fromId')} ${searchParams.get('limit')}`)
    return answer(searchParams)
  }
  return { asked, fetch }
}

const rowsFor = (query: URLSearchParams) =>
  Response.json(Array.from({ length: Number(query.get('limit')) }, (_, i) => row(Number(query.get('fromId')) + i)))

const settings = {
  holdMs: 2_000,
  reorderMs: 0,
  mostHeld: 9_000,
  mostMissing: 9_000,
  rest: 'http://venue',
  patienceMs: 9_000,
}

/** A symbol of which that is missing, as was found so long ago, ms. */
const sequenceOf = (last: number, missing: Position['missing'], ago = 0) =>
  new Sequence(settings, theOutside.clock.now() - ago, { last, missing })

/** Looks for what is missing. Resolves when nothing is, rejects when something was given up. */
function looking(symbols: Record<string, Sequence>, fetch: Outside['fetch']): Promise<void> {
  const sequences = new Map(Object.entries(symbols))
  const stop = new AbortController()
  const filled = Promise.withResolvers<void>()
  const missing = new MissingTrades(settings, sequences, { ...theOutside, fetch }, noStatistics(), {
    onRow: (mapped) => {
      if ('trade' in mapped) sequences.get(mapped.trade.symbol)?.take(mapped.trade, theOutside.clock.now())
      if ([...sequences.values()].every(({ wanted }) => wanted.length === 0)) filled.resolve()
    },
    onLost: (symbol, { from, to }, reason) => filled.reject(new Error(`${symbol} ${from} to ${to}: ${reason}`)),
    onTrouble: (reason) => filled.reject(new Error(reason)),
  })
  const done = missing.run(stop.signal)
  onTestFinished(() => {
    stop.abort()
    return done
  })
  return filled.promise
}

test('what is missing is asked for in pages, and no more of it than is missing', async () => {
  const { asked, fetch } = venueThat(rowsFor)
  const missing = [
    { from: 1, to: 2_500 },
    { from: 2_999, to: 2_999 },
  ]
  await looking({ BTCUSDT: sequenceOf(3_000, missing) }, fetch)
  expect(asked.toSorted()).toEqual(['BTCUSDT 1 1000', 'BTCUSDT 1001 1000', 'BTCUSDT 2001 500', 'BTCUSDT 2999 1'])
})

test('what live trades wait for is asked for before the rest of a long outage', async () => {
  const { asked, fetch } = venueThat(rowsFor)
  const outage = sequenceOf(5_000, [{ from: 1, to: 5_000 }], 60_000)
  await looking({ BTCUSDT: outage, ETHUSDT: sequenceOf(10, [{ from: 9, to: 9 }]) }, fetch)
  expect(asked.slice(0, 2)).toEqual(['ETHUSDT 9 1', 'BTCUSDT 1 1000'])
})

test('a symbol that the venue does not have is given up at once, with its words', async () => {
  const { fetch } = venueThat(() => Response.json({ code: -1121, msg: 'Invalid symbol.' }, { status: 400 }))
  const looked = looking({ BTCUSD: sequenceOf(9, [{ from: 3, to: 4 }]) }, fetch)
  await expect(looked).rejects.toThrow('BTCUSD 3 to 4: the venue refuses to tell: 400 {"code":-1121')
})

/** Asks once. @returns what came of it, and how long REST is then left alone, ms */
async function once(answer: () => Response, wall = Date.UTC(2026, 1, 1, 0, 0, 45)) {
  const { fetch } = venueThat(answer)
  const outside = {
    ...theOutside,
    clock: { ...theOutside.clock, now: () => 1_000 },
    wall: () => wall,
    random: () => 0.5,
    fetch,
  }
  const rest = new RestTrades('http://venue/', outside, noStatistics())
  const first = await rest.from('BTCUSDT', 1, 1, new AbortController().signal)
  const pauses = [rest.notBefore - 1_000]
  await rest.from('BTCUSDT', 1, 1, new AbortController().signal)
  return { first, pauses: [...pauses, rest.notBefore - 1_000] }
}

test.each([
  ['429', { status: 429, headers: { 'retry-after': '7' } }, 7_000],
  ['418', { status: 418, headers: { 'retry-after': '259200' } }, 259_200_000],
  ['429 without a word on how long', { status: 429 }, 60_000],
  ['418 without a word on how long', { status: 418 }, 120_000],
])('%s is obeyed', async (_what, init, ms) =>
  expect((await once(() => new Response('{}', init))).pauses).toEqual([ms, ms]),
)

test.each([
  ['a fault', () => new Response('', { status: 500 })],
  ['a refused country', () => new Response('', { status: 451 })],
  ['a page instead of JSON', () => new Response('<html>')],
  ['JSON that is no list', () => Response.json({})],
  ['a list of something else', () => Response.json([1])],
])('after %s it is asked again, each time after a longer pause', async (_what, answer) => {
  const { first, pauses } = await once(answer)
  expect(first).toHaveProperty('failed')
  expect(pauses).toEqual([250, 500])
})

test('who has used most of a minute’s weight waits for the next one', async () => {
  const answer = () => Response.json([], { headers: { 'x-mbx-used-weight-1m': '5000' } })
  expect((await once(answer)).pauses[0]).toBe(15_000)
  expect((await once(() => Response.json([], { headers: { 'x-mbx-used-weight-1m': '4999' } }))).pauses[0]).toBe(
    -Infinity,
  )
})
