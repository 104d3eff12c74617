import { beforeAll, describe, expect, test } from 'vitest'
import { tick } from '#domain/events/tick.ts'
import { metrics } from '#domain/metrics/metrics.ts'
import { Market, tickOf } from './market.ts'
import { getFrom, type Json, listIn, NOON, smallMarket } from './small-market.ts'

const HOUR = 3_600_000
const MINUTE = 60_000
const at = (ms: number): string => new Date(NOON + ms).toISOString()

let market: Market
let get: (path: string) => Promise<Json>

beforeAll(async () => {
  market = await smallMarket()
  get = getFrom(market.store)
})

describe('prices', () => {
  test('the board has every symbol in order, with its newest trade and its day', async () => {
    const prices = listIn(await get('/prices/latest'), 'prices')
    expect(prices.map(({ symbol }) => symbol)).toEqual(['BTCUSDT', 'DOGEUSDT', 'ETHUSDT'])
    expect(prices[0]).toEqual({
      symbol: 'BTCUSDT',
      price: '400',
      quantity: '0.5',
      traded_at: at(2.5 * HOUR),
      day: {
        since: at(-21 * HOUR),
        open: '100',
        high: '400',
        low: '100',
        change: '300',
        change_percent: '300',
        volume: '150.5',
        notional: '37625',
        trades: 301,
      },
    })
    expect(prices[2]).toMatchObject({ price: '10.00000001', day: { notional: '30.00000003' } })
  })

  test('the day follows the trades, and drops what is more than its hours away, as a board read anew says', async () => {
    const moving = new Market()
    const board = getFrom(moving.store)
    const trade = (hours: number, price: string) =>
      moving.deliver(tick, 0, [tickOf('BTCUSDT', NOON + hours * HOUR, price)])
    const check = async () => {
      const seen = await board('/prices/latest')
      expect(seen).toEqual(await getFrom(moving.store)('/prices/latest'))
      return seen
    }
    for (let minute = 0; minute < 90; minute += 1) {
      await trade(minute / 60, String(100 + minute))
      await check()
    }
    await trade(22.5, '500')
    expect(listIn(await check(), 'prices')[0]).toMatchObject({ day: { open: '100', trades: 91 } })
    await trade(23.5, '600')
    expect(listIn(await check(), 'prices')[0]).toMatchObject({ day: { open: '100', trades: 92 } })
    await trade(24.5, '700')
    expect(listIn(await check(), 'prices')[0]).toMatchObject({ day: { open: '160', high: '700', trades: 33 } })
    await trade(60, '800')
    expect(listIn(await check(), 'prices')[0]).toMatchObject({ day: { open: '800', trades: 1, change: '0' } })
  })

  test('points are the closes of the newest minutes, newest last', async () => {
    const points = listIn(await get('/prices/BTCUSDT?limit=3'), 'points')
    expect(points).toEqual([
      { start_at: at(148 * MINUTE), price: '397' },
      { start_at: at(149 * MINUTE), price: '399' },
      { start_at: at(150 * MINUTE), price: '400' },
    ])
    expect(listIn(await get('/prices/BTCUSDT?hours=1&limit=1560'), 'points')).toHaveLength(60)
    expect(listIn(await get('/prices/BTCUSDT?hours=26&limit=1560'), 'points')).toHaveLength(151)
  })
})

describe('bars', () => {
  test('an hour is what its minutes add up to; the one that is open is provisional', async () => {
    const bars = listIn(await get('/ohlc/BTCUSDT?interval=1h'), 'bars')
    expect(bars.map(({ provisional }) => provisional)).toEqual([false, false, true])
    expect(bars[1]).toEqual({
      start_at: at(HOUR),
      open: '220',
      high: '339',
      low: '220',
      close: '339',
      volume: '60',
      notional: '16770',
      vwap: '279.5',
      trades: 120,
      provisional: false,
    })
  })

  test('a minute stays provisional until its symbol has traded five minutes after its end', async () => {
    const bars = listIn(await get('/ohlc/BTCUSDT?limit=8'), 'bars')
    expect(bars.map(({ start_at, provisional }) => [start_at, provisional])).toEqual(
      [143, 144, 145, 146, 147, 148, 149, 150].map((minute) => [at(minute * MINUTE), minute > 144]),
    )
  })

  test("the window ends before `to`, at the symbol's own last trade by default", async () => {
    expect(listIn(await get('/ohlc/ETHUSDT'), 'bars')).toHaveLength(1)
    const bars = listIn(await get(`/ohlc/BTCUSDT?interval=5m&limit=2&to=${at(HOUR)}`), 'bars')
    expect(bars.map(({ start_at }) => start_at)).toEqual([at(50 * MINUTE), at(55 * MINUTE)])
    expect(listIn(await get(`/ohlc/BTCUSDT?limit=1&to=${at(HOUR + 1)}`), 'bars')).toMatchObject([
      { start_at: at(HOUR) },
    ])
    expect(listIn(await get(`/ohlc/BTCUSDT?to=${at(-HOUR)}`), 'bars')).toEqual([])
  })
})

describe('portfolios', () => {
  test('positions are marked to the newest price, and both inputs say of when they are', async () => {
    const portfolio = await get('/portfolio/alpha')
    const positions = listIn(portfolio, 'positions')
    const { totals, unpriced } = portfolio
    expect(positions).toEqual([
      {
        symbol: 'BTCUSDT',
        quantity: '2',
        cash: '-170',
        realised: '30',
        fees: '0.4',
        unrealised: '600',
        net: '629.6',
        exposure: '800',
        price: '400',
        priced_at: at(2.5 * HOUR),
        as_of: at(5),
      },
      {
        symbol: 'ETHUSDT',
        quantity: '-2',
        cash: '22',
        realised: '0',
        fees: '0.02',
        unrealised: '1.99999998',
        net: '1.97999998',
        exposure: '-20.00000002',
        price: '10.00000001',
        priced_at: at(0),
        as_of: at(5),
      },
    ])
    expect(totals).toEqual({
      cash: '-148',
      realised: '30',
      fees: '0.42',
      unrealised: '601.99999998',
      net: '631.57999998',
      exposure: '820.00000002',
    })
    expect(unpriced).toEqual([])
  })

  test('an open position without a price says so, and so do the totals', async () => {
    const portfolio = await get('/portfolio/beta')
    const positions = listIn(portfolio, 'positions')
    const { totals, unpriced } = portfolio
    expect(positions[0]).toMatchObject({
      quantity: '4',
      realised: '0',
      unrealised: null,
      net: null,
      price: null,
      priced_at: null,
    })
    expect(totals).toMatchObject({ cash: '-20', unrealised: null, net: null, exposure: null })
    expect(unpriced).toEqual(['NOPRICE'])
  })

  test('a flat position needs no price', async () => {
    const portfolio = await get('/portfolio/gamma')
    const positions = listIn(portfolio, 'positions')
    const { unpriced } = portfolio
    expect(positions[0]).toMatchObject({
      quantity: '0',
      realised: '4',
      unrealised: '0',
      net: '3',
      exposure: '0',
      price: null,
    })
    expect(unpriced).toEqual([])
  })

  test('accounts are listed with their open positions', async () => {
    expect(listIn(await get('/portfolio'), 'accounts')).toEqual([
      { account: 'alpha', symbols: 2, open: 2 },
      { account: 'beta', symbols: 1, open: 1 },
      { account: 'gamma', symbols: 1, open: 0 },
    ])
  })
})

describe('live metrics', () => {
  test.each([
    [
      'latest_price/ETHUSDT',
      [
        {
          entity: { symbol: 'ETHUSDT' },
          start_at: null,
          reading: { price: '10.00000001', quantity: '3', traded_at: at(0) },
        },
      ],
    ],
    [
      'position/gamma,GONE',
      [
        {
          entity: { account: 'gamma', symbol: 'GONE' },
          start_at: null,
          reading: { quantity: '0', cash: '4', realised: '4', fees: '1' },
        },
      ],
    ],
    [
      'handled_records/trades_raw,counted',
      [{ entity: { topic: 'trades_raw', outcome: 'counted' }, start_at: null, reading: 6 }],
    ],
    ['active_positions/all', [{ entity: {}, start_at: null, reading: { open: 3, long: 2, short: 1, accounts: 2 } }]],
    ['lag/trades_raw', [{ entity: { topic: 'trades_raw' }, start_at: null, reading: { as_of: at(5), lag_ms: 7 } }]],
  ])('%s', async (path, readings) => {
    expect(listIn(await get(`/live/${path}`), 'readings')).toEqual(readings)
  })

  test('all but the last value name everything below', async () => {
    const readings = listIn(await get('/live/position/alpha'), 'readings')
    expect(readings.map(({ entity }) => entity)).toEqual([
      { account: 'alpha', symbol: 'BTCUSDT' },
      { account: 'alpha', symbol: 'ETHUSDT' },
    ])
  })

  test('a metric of minutes gives the newest ones, whenever they were', async () => {
    const readings = listIn(await get('/live/ohlc/BTCUSDT?limit=2'), 'readings')
    expect(readings.map(({ start_at }) => start_at)).toEqual([at(149 * MINUTE), at(150 * MINUTE)])
  })

  test('minutes roll up into an interval, of which the newest readings are whole', async () => {
    const readings = listIn(await get('/live/ohlc/BTCUSDT?interval=1h&limit=2'), 'readings')
    expect(readings).toMatchObject([
      { start_at: at(60 * MINUTE), reading: { open: '220', close: '339', trades: 120 } },
      { start_at: at(120 * MINUTE), reading: { open: '340', close: '400', trades: 61 } },
    ])
    // Bars are kept for 26 hours, so that of no day but the last all can be there.
    const days = listIn(await get('/live/ohlc/BTCUSDT?interval=1d&limit=7'), 'readings')
    expect(days.map(({ start_at }) => start_at)).toEqual([at(-12 * HOUR)])
  })

  test('a comma within a value is written %2C', async () => {
    const odd = new Market()
    await odd.deliver(tick, 0, [tickOf('A,B/C', NOON, '7')])
    const readings = listIn(await getFrom(odd.store)('/live/latest_price/A%2CB%2FC'), 'readings')
    expect(readings).toMatchObject([{ entity: { symbol: 'A,B/C' }, reading: { price: '7' } }])
    expect(listIn(await getFrom(odd.store)('/ohlc/A%2CB%2FC'), 'bars')).toHaveLength(1)
  })

  test('the list has every metric with its meaning', async () => {
    const listed = listIn(await get('/live'), 'metrics')
    expect(listed.map(({ name }) => name)).toEqual([...metrics.map(({ name }) => name), 'active_positions', 'lag'])
  })
})

test('the base /api before a path changes nothing', async () => {
  expect(await get('/api/portfolio')).toEqual(await get('/portfolio'))
})
