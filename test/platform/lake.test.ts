import { describe, expect, test } from 'vitest'
import { seedOf } from '../contracts/random.ts'
import { BRONZE, figure, landed, recomputedLake, refresh, rows } from './lake.ts'
import { eventsOf, get, lodestream } from './platform.ts'
import { produceThreeDays } from './three-day-market.ts'

const seed = seedOf('lake')

describe('the recorded trades', () => {
  test('2,001 rows in bronze and in silver, and gold is the hot bar to the last digit', async () => {
    await lodestream('produce', '--source', 'recorded', '--speed', 'max', '--json')
    await landed()

    const { tables } = await refresh('--date', '2021-01-08')

    expect(tables.map(({ table }) => table)).toEqual(expect.arrayContaining(['silver.ticks', 'gold.ohlc_daily']))
    const ofBitcoin = `event_type = 'tick' and event_id like 'tick|binance|BTCUSDT|%' and occurred_at < date '2021-01-09'`
    expect(await figure(`select count(distinct event_id) from ${BRONZE} where ${ofBitcoin}`)).toBe('2001')
    expect(
      await figure(`select count(*) from silver.ticks where trade_date = date '2021-01-08' and symbol = 'BTCUSDT'`),
    ).toBe('2001')
    const [gold] = await rows(
      `select open_price, high_price, low_price, close_price, volume, notional, trades from gold.ohlc_daily
       where trade_date = date '2021-01-08' and symbol = 'BTCUSDT'`,
    )
    expect(gold).toEqual({
      open_price: '39432.48000000',
      high_price: '39550.00000000',
      low_price: '39430.30000000',
      close_price: '39491.76000000',
      volume: '87.07159600',
      notional: '3438698.18943282',
      trades: '2001',
    })
    const { bars } = await get<{ bars: readonly Record<string, string>[] }>('/ohlc/BTCUSDT?interval=1m')
    expect(bars[0]).toMatchObject({
      open: '39432.48',
      high: '39550',
      low: '39430.3',
      close: '39491.76',
      notional: '3438698.18943282',
    })
  })
})

test('a generated market of 20 symbols over three days, a DST change among them, equals an independent recomputation', async () => {
  const { symbols, dates } = await produceThreeDays(seed)
  await landed()
  const { tables } = await refresh('--date', dates.join(','))
  // A day that the schedule has refreshed just before is unchanged.
  expect(tables.filter(({ state }) => !['published', 'unchanged'].includes(state))).toEqual([])

  const isOurs = ({ symbol }: Record<string, unknown>) => symbols.includes(String(symbol))
  const events = [...(await eventsOf('market_data_raw', isOurs)), ...(await eventsOf('trades_raw', isOurs))]
  const expected = await recomputedLake(events)
  // Positions run on into the days of other tests.
  const ours = `symbol like '%-${seed}' and trade_date <= date '${dates.at(-1)}'`

  for (const [name, columns] of Object.entries(COLUMNS)) {
    const [table = '', order = ''] = TABLES[name as keyof typeof TABLES]
    const actual = await rows(`select ${columns} from ${table} where ${ours} order by ${order}`)
    expect(actual.length, name).toBeGreaterThan(19)
    expect(actual, name).toEqual((expected[name] ?? []).map(asText))
  }
})

const TABLES = {
  ticks: ['silver.ticks', 'event_id'],
  fills: ['silver.fills', 'event_id'],
  ohlc_daily: ['gold.ohlc_daily', 'symbol, trade_date'],
  daily_pnl: ['gold.daily_pnl', 'account, symbol, trade_date'],
  latest_price: ['gold.latest_price', 'symbol'],
} as const

/** Each table's columns under the names that the recomputation gives them. */
const COLUMNS: Readonly<Record<keyof typeof TABLES, string>> = {
  ticks: 'event_id as id, notional, is_late, trade_date',
  fills: 'event_id as id, notional, is_late, trade_date',
  ohlc_daily: `symbol, trade_date, open_price as "open", high_price as high, low_price as low, close_price as "close",
    volume, notional, vwap, trades`,
  daily_pnl: `account, symbol, trade_date, fills, bought, sold, cash_flow, fees, position, mark_price, market_value,
    net_pnl, day_pnl`,
  latest_price: 'symbol, price, trade_date',
}

const asText = (row: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)]))
