import { expect, test } from 'vitest'
import { toJson } from '#domain/events/to-zod.ts'
import { restFormats, streamFormats } from '#feeds/binance/formats.ts'
import { readMessage } from '#feeds/binance/message.ts'
import { restTrade } from '#feeds/binance/to-tick.ts'

const RECEIVED = Date.UTC(2026, 10, 21)

/** Messages as the venue sends and documents them, one or more for every entry of `streamFormats`. */
const streamed = [
  {
    format: 0,
    what: 'with the ids of both orders',
    text: '{"stream":"btcusdt@trade","data":{"e":"trade","E":1546417273191,"s":"BTCUSDT","t":91829771,"p":"3783.48000000","q":"0.00277500","b":223587689,"a":223587688,"T":1546417273198,"m":false,"M":true}}',
    tick: ['BTCUSDT', '91829771', 1546417273198, '3783.48', '0.002775', 'buy'],
  },
  {
    format: 1,
    what: 'without the ids of orders',
    text: '{"stream":"btcusdt@trade","data":{"e":"trade","E":1727222400123,"s":"BTCUSDT","t":3871234567,"p":"64123.45000000","q":"0.00150000","T":1727222400121,"m":true,"M":true}}',
    tick: ['BTCUSDT', '3871234567', 1727222400121, '64123.45', '0.0015', 'sell'],
  },
  {
    format: 2,
    what: 'in a raw stream, in milliseconds',
    text: '{"e":"trade","E":1775393813000,"s":"BTCUSDT","t":6184636124,"p":"66826.58000000","q":"0.00022000","T":1775393812999,"m":true,"M":true}',
    tick: ['BTCUSDT', '6184636124', 1775393812999, '66826.58', '0.00022', 'sell'],
  },
  {
    format: 2,
    what: 'in microseconds, which are cut and never rounded into the next millisecond',
    text: '{"stream":"bnbbtc@trade","data":{"e":"trade","E":1775393813000123,"s":"BNBBTC","t":12345,"p":"0.001","q":"100","T":1775393812999999,"m":false,"M":true}}',
    tick: ['BNBBTC', '12345', 1775393812999, '0.001', '100', 'buy'],
  },
] as const

test.each(streamed)('format $format of the stream, $what', ({ format, text, tick }) => {
  const message = readMessage(text, RECEIVED)
  if (message.kind !== 'trade') throw new Error(JSON.stringify(message))
  const { event, id, strange } = message.trade
  const { symbol, trade_id, traded_at, price, quantity, taker_side, venue, received_at } = toJson(event)
  expect([symbol, trade_id, traded_at, price, quantity, taker_side]).toEqual(tick)
  expect([venue, received_at, id, strange]).toEqual(['binance', RECEIVED, Number(tick[1]), undefined])
  expect(Number(traded_at)).toBeGreaterThanOrEqual(streamFormats[format]?.since ?? Number.NaN)
})

const rows = [
  {
    format: 0,
    what: 'without quoteQty',
    text: '{"id":64812920,"price":"6445.15000000","qty":"0.00155900","time":1534741270535,"isBuyerMaker":true,"isBestMatch":true}',
    tick: ['BTCUSDT', '64812920', 1534741270535, '6445.15', '0.001559', 'sell'],
  },
  {
    format: 1,
    what: 'with quoteQty',
    text: '{"id":1211494274,"price":"46410.42000000","qty":"0.00084000","quoteQty":"38.98475280","time":1641391959278,"isBuyerMaker":false,"isBestMatch":true}',
    tick: ['BTCUSDT', '1211494274', 1641391959278, '46410.42', '0.00084', 'buy'],
  },
  {
    format: 2,
    what: 'in microseconds',
    text: '{"id":1211494275,"price":"46410.41000000","qty":"0.00061000","quoteQty":"28.31035010","time":1775393812999999,"isBuyerMaker":true,"isBestMatch":true}',
    tick: ['BTCUSDT', '1211494275', 1775393812999, '46410.41', '0.00061', 'sell'],
  },
] as const

test.each(rows)('format $format of REST, $what', ({ format, text, tick }) => {
  const mapped = restTrade(JSON.parse(text), 'BTCUSDT', RECEIVED)
  if ('refused' in mapped) throw new Error(mapped.refused)
  const { symbol, trade_id, traded_at, price, quantity, taker_side } = toJson(mapped.trade.event)
  expect([symbol, trade_id, traded_at, price, quantity, taker_side]).toEqual(tick)
  expect(mapped.trade.strange).toBeUndefined()
  expect(Number(traded_at)).toBeGreaterThanOrEqual(restFormats[format]?.since ?? Number.NaN)
})

test('every entry has its golden message, and they stand in the order of their days', () => {
  expect(new Set(streamed.map(({ format }) => format)).size).toBe(streamFormats.length)
  expect(new Set(rows.map(({ format }) => format)).size).toBe(restFormats.length)
  for (const formats of [streamFormats, restFormats]) {
    const days = formats.map(({ since }) => since)
    expect(days).toEqual(days.toSorted((a, b) => a - b))
  }
})

const trade = { e: 'trade', E: 2, s: 'BTCUSDT', t: 7, p: '1', q: '1', T: Date.UTC(2026, 1), m: true, M: true }
const read = (data: object) => readMessage(JSON.stringify(data), RECEIVED)
const { M, ...withoutM } = trade
const { m, ...withoutSide } = trade

test('the stream and REST make the same tick of the same trade', () => {
  const live = read(trade)
  const old = restTrade(
    { id: 7, price: '1', qty: '1', quoteQty: '1', time: trade.T, isBuyerMaker: m, isBestMatch: M },
    'BTCUSDT',
    RECEIVED,
  )
  expect(old).toEqual('trade' in live && { trade: live.trade })
})

test.each([
  ['a field that nobody announced', { ...trade, X: 'BLOCK' }, 'has X'],
  ['a field that is gone', withoutM, 'lacks M'],
  ['what was removed two years before', { ...trade, b: 1, a: 2 }, 'has b, has a'],
  ['what was removed the day before', { ...trade, b: 1, a: 2, T: Date.UTC(2024, 5, 19) }, undefined],
  ['what is removed the day before', { ...trade, T: Date.UTC(2024, 5, 17) }, 'lacks b, lacks a'],
])('%s is noticed where it is strange, and the trade still taken', (_what, data, strange) => {
  const message = read(data)
  expect(message.kind === 'trade' && [message.trade.id, message.trade.strange]).toEqual([7, strange])
})

test.each([
  ['an answer to a subscription', { result: null, id: 1 }, { kind: 'answer' }],
  ['a list of subscriptions', { result: ['btcusdt@trade'], id: 2 }, { kind: 'answer', streams: ['btcusdt@trade'] }],
  [
    'a request refused',
    { code: 2, msg: 'Invalid request: too many parameters' },
    { kind: 'refusal', reason: '2: Invalid request: too many parameters' },
  ],
  [
    'a request refused in the newer form',
    { error: { code: 3, msg: 'Invalid JSON: expected value at line 1 column 1' }, id: null },
    { kind: 'refusal', reason: '3: Invalid JSON: expected value at line 1 column 1' },
  ],
  ['a server that will go away', { e: 'serverShutdown', E: 1770123456789 }, { kind: 'shutdown' }],
  [
    'the same in a combined stream',
    { stream: '!serverShutdown', data: { e: 'serverShutdown', E: 1770123456789 } },
    { kind: 'shutdown' },
  ],
  [
    'a block trade, which has ids of its own',
    { stream: 'bnbbtc@blockTrade', data: { ...trade, e: 'blockTrade' } },
    { kind: 'other', type: 'blockTrade' },
  ],
])('%s is no trade, and told apart', (_what, data, message) => expect(read(data)).toEqual(message))

test.each([
  ['broken JSON', '{"stream":"btcusdt@trade","data":{"e":"trade","E":17', 'it is no JSON'],
  ['a list', '[]', 'it is no object'],
  ['a stream without data', '{"stream":"btcusdt@trade"}', 'its data are no object'],
  ['an object of nobody', '{"hello":1}', 'it is neither an event nor an answer'],
])('%s is unreadable', (_what, text, reason) =>
  expect(readMessage(text, RECEIVED)).toEqual({ kind: 'unreadable', reason }),
)

test.each([
  ['no price', { ...trade, p: undefined }, 'price: is missing'],
  [
    'a price that is a number, and so may be inexact',
    { ...trade, p: 1.1 },
    'price: 1.1 is not a decimal, written as text',
  ],
  ['a ninth decimal', { ...trade, p: '0.123456789' }, 'price: "0.123456789" is not a decimal of at most eight places'],
  ['a quantity of nothing', { ...trade, q: '0.00000000' }, 'quantity: 0 is not positive'],
  ['an id that a double does not hold', { ...trade, t: 2 ** 53 }, 't: 9007199254740992 is no trade id'],
  ['an id as text', { ...trade, t: '7' }, 't: "7" is no trade id'],
  ['no side', withoutSide, 'm: undefined is neither true nor false'],
  ['a side that is a word', { ...trade, m: 'true' }, 'm: "true" is neither true nor false'],
  ['no symbol', { ...trade, s: null }, 's: null is no symbol'],
  ['seconds', { ...trade, T: 1775393812 }, 'traded_at: 1775393812 ms is not between the years 2000 and 2100'],
])('a trade with %s is unreadable, and the reason names the field', (_what, data, reason) =>
  expect(read(data)).toEqual({ kind: 'unreadable', reason }),
)
