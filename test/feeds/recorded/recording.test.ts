import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { formatDecimal, times } from '#domain/decimal.ts'
import { Refusal } from '#domain/refusal.ts'
import { parseTrades } from '#feeds/recorded/parse-trades.ts'
import { play, readRecording, shippedRecording, symbolOf } from '#feeds/recorded/recording.ts'
import { toTick } from '#feeds/recorded/to-tick.ts'

const HEADER = 'trade_id,traded_at,price,quantity,buyer_is_maker'
const ROW = '7,2021-01-08T00:00:00.278Z,39432.48,0.000263,true'
const parse = (...lines: string[]) => parseTrades([HEADER, ...lines, ''].join('\n'), 'btcusdt-trades.csv', 'BTCUSDT')

test('the shipped recording is the one whose facts are known', async () => {
  const ticks = await readRecording()
  const prices = ticks.map(({ price }) => BigInt(price as bigint))
  const quantities = ticks.map(({ quantity }) => BigInt(quantity as bigint))
  const notionals = prices.map((price, i) => times(price, quantities[i] ?? 0n))
  const sum = (values: readonly bigint[]) => formatDecimal(values.reduce((total, value) => total + value, 0n))
  const sorted = prices.toSorted((a, b) => Number(a - b))
  expect(ticks.length).toBe(2_001)
  expect(ticks.map(({ trade_id }) => Number(trade_id))).toEqual(Array.from({ length: 2_001 }, (_, i) => 553287559 + i))
  expect([formatDecimal(prices[0] ?? 0n), formatDecimal(prices.at(-1) ?? 0n)]).toEqual(['39432.48', '39491.76'])
  expect(formatDecimal(sorted[0] ?? 0n)).toBe('39430.3')
  expect(formatDecimal(sorted.at(-1) ?? 0n)).toBe('39550')
  expect(sum(quantities)).toBe('87.071596')
  expect(sum(notionals)).toBe('3438698.18943282')
  expect(ticks.every(({ traded_at, received_at, symbol }) => traded_at === received_at && symbol === 'BTCUSDT')).toBe(
    true,
  )
})

test('where the buyer was the maker, the taker sold', () => {
  const trade = { trade_id: '1', traded_at: 0, price: '1', quantity: '1' }
  expect(toTick({ ...trade, buyer_is_maker: true }, 'X').taker_side).toBe('sell')
  expect(toTick({ ...trade, buyer_is_maker: false }, 'X').taker_side).toBe('buy')
})

test('columns may stand in any order, among others, quoted, with a byte order mark and Windows line ends', () => {
  const text =
    '\uFEFF"price",note,trade_id,traded_at,buyer_is_maker,quantity\r\n"1.5","a, ""b""",9,2021-01-08T00:00:00Z,false,2\r\n'
  expect(parseTrades(text, 'f.csv', 'ETHUSDT')).toEqual([
    {
      type: 'tick',
      venue: 'binance',
      symbol: 'ETHUSDT',
      trade_id: '9',
      traded_at: Date.UTC(2021, 0, 8),
      price: 150_000_000n,
      quantity: 200_000_000n,
      taker_side: 'buy',
      received_at: Date.UTC(2021, 0, 8),
    },
  ])
})

test.each([
  ['a column too few', '7,2021-01-08T00:00:00.278Z,39432.48,0.000263', 'it has 4 columns where the first line has 5'],
  ['a column too many', `${ROW},x`, 'it has 6 columns where the first line has 5'],
  ['no time', '7,yesterday,1,1,true', 'traded_at: "yesterday" is no UTC time'],
  ['a time without zone', '7,2021-01-08T00:00:00.278,1,1,true', 'traded_at: "2021-01-08T00:00:00.278" is no UTC time'],
  ['a day that no month has', '7,2021-02-30T00:00:00Z,1,1,true', 'traded_at: "2021-02-30T00:00:00Z" is no UTC time'],
  ['a time of another age', '7,1921-01-08T00:00:00Z,1,1,true', 'traded_at: -1545696000000 ms is not between'],
  ['no price', '7,2021-01-08T00:00:00Z,,1,true', 'price: "" is not a decimal'],
  ['a price of zero', '7,2021-01-08T00:00:00Z,0,1,true', 'price: 0 is not positive'],
  ['a ninth decimal', '7,2021-01-08T00:00:00Z,1,0.123456789,true', 'quantity: "0.123456789" is not a decimal'],
  ['an exponent', '7,2021-01-08T00:00:00Z,1e5,1,true', 'price: "1e5" is not a decimal'],
  ['no id', ',2021-01-08T00:00:00Z,1,1,true', 'trade_id: is empty'],
  ['a side that is none', '7,2021-01-08T00:00:00Z,1,1,yes', 'buyer_is_maker: "yes" is neither true nor false'],
])('%s is refused by file, line and reason', (_what, row, reason) => {
  expect(() => parse(ROW, '', row, ROW)).toThrow(Refusal)
  expect(() => parse(ROW, '', row, ROW)).toThrow(`btcusdt-trades.csv line 4: ${reason}`)
})

test('a quoted field without end, a header without columns and a file without trades are refused', () => {
  expect(() => parse('"7,2021-01-08T00:00:00Z,1,1,true')).toThrow('btcusdt-trades.csv line 2: a quoted field')
  expect(() => parseTrades('a,price\n', 'x.csv', 'X')).toThrow('lacks trade_id, traded_at, quantity, buyer_is_maker')
  expect(() => parseTrades('', 'x.csv', 'X')).toThrow('its first line lacks')
  expect(() => parse()).toThrow('holds no trade')
})

test('the symbol stands in the name of the file, or must be given', () => {
  expect(symbolOf(shippedRecording)).toBe('BTCUSDT')
  expect(() => symbolOf('/x/trades.csv')).toThrow('--symbol')
})

test('a file that cannot be read is refused with the reason', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'recording-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await expect(readRecording(join(folder, 'a-trades.csv'))).rejects.toThrow('there is no such file')
  await expect(readRecording(folder, 'A')).rejects.toThrow('it is a folder')
  await writeFile(join(folder, 'a-trades.csv'), `${HEADER}\n${ROW}\n`)
  expect((await readRecording(join(folder, 'a-trades.csv')))[0]?.symbol).toBe('A')
})

test('played from a moment, the first trade happens then and all distances stay', () => {
  const ticks = parse(ROW, ROW.replace('.278', '.578'), ROW.replace('.278', '.478'))
  const now = Date.UTC(2026, 0, 5)
  const played = [...play(ticks, now)]
  expect(played.map(({ at }) => at - now)).toEqual([0, 300, 200])
  expect(played.map(({ event }) => [event.traded_at, event.received_at])).toEqual(played.map(({ at }) => [at, at]))
  expect([...play(ticks)].map(({ event }) => event)).toEqual(ticks)
})
