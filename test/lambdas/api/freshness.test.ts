import { describe, expect, test } from 'vitest'
import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import { summarise } from '#lambdas/api/freshness.ts'
import { fillOf, Market, tickOf } from './market.ts'
import { freshnessIn, getFrom, listIn, NOON, smallMarket } from './small-market.ts'

const ROUTES = ['/prices/latest', '/prices/BTCUSDT', '/ohlc/BTCUSDT', '/live/latest_price/BTCUSDT']

describe('what every answer says of itself', () => {
  test('as of the newest record, late by what the newest write took, fresh and complete', async () => {
    const get = getFrom((await smallMarket()).store)
    for (const path of [...ROUTES, '/portfolio/alpha']) {
      const freshness = freshnessIn(await get(path))
      expect(freshness).toEqual({
        as_of: '2026-01-05T14:30:00.000Z',
        lag_ms: 7,
        state: 'fresh',
        complete: true,
        reasons: [],
      })
    }
    // Accounts come from fills alone.
    const freshness = freshnessIn(await get('/portfolio'))
    expect(freshness.as_of).toBe('2026-01-05T12:00:00.005Z')
  })

  test('a gap makes stale what reads that topic, and nothing else', async () => {
    const market = await smallMarket()
    market.lose(tick.topic, 1, 40n)
    await market.deliver(tick, 1, [tickOf('ETHUSDT', NOON + 60_000, '11')])
    const get = getFrom(market.store)
    for (const path of [...ROUTES, '/portfolio/alpha', '/live/handled_records/market_data_raw', '/health']) {
      const freshness = freshnessIn(await get(path))
      expect(freshness).toMatchObject({ state: 'stale', complete: false })
      expect(freshness.reasons).toEqual([
        'market_data_raw, partition 1: records from offset 2 to before 42 are missing; it is rebuilt from the log',
      ])
    }
    for (const path of ['/portfolio', '/live/active_positions/all', '/live/handled_records/trades_raw']) {
      const freshness = freshnessIn(await get(path))
      expect(freshness.state).toBe('fresh')
    }
  })

  test('a partition without a state makes stale', async () => {
    const market = new Market()
    await market.deliver(tick, 0, [tickOf('BTCUSDT', NOON, '1')])
    await market.deliver(fill, 0, [fillOf('alpha', 'BTCUSDT', NOON, 'buy', '1', '1')])
    const get = getFrom(market.store)
    const health = await get('/health')
    expect(health.status).toBe('degraded')
    expect(freshnessIn(health).reasons).toEqual([
      'market_data_raw, partition 1: there is no state yet; it is built from the log',
    ])
    expect(listIn(health, 'topics')[0]?.freshness).toMatchObject({
      partitions: [
        { partition: 0, state: 'whole', next: '1', from: '0', gap: null, as_of: '2026-01-05T12:00:00.000Z', lag_ms: 7 },
        { partition: 1, state: 'missing', next: null, as_of: null, lag_ms: null },
      ],
    })
  })
})

describe('summing up partitions', () => {
  const checkpoint = (appendedAt: number, writtenAt: number, from = 0n) => ({
    next: 9n,
    from,
    appendedAt,
    writtenAt,
    token: 't',
    shape: 'today',
  })
  const partition = { topic: 't', partition: 0 }

  test('the lag is that of the newest write, not of the newest record', () => {
    const { as_of, lag_ms } = summarise([
      { ...partition, state: 'whole', checkpoint: checkpoint(5_000, 5_010) },
      { ...partition, partition: 1, state: 'whole', checkpoint: checkpoint(1_000, 9_000) },
    ])
    expect({ as_of, lag_ms }).toEqual({ as_of: '1970-01-01T00:00:05.000Z', lag_ms: 8_000 })
  })

  test('partial is fresh, but not complete', () => {
    expect(summarise([{ ...partition, state: 'partial', checkpoint: checkpoint(5_000, 5_010, 4n) }])).toMatchObject({
      state: 'fresh',
      complete: false,
      reasons: ['t, partition 0: records before offset 4 had left the log and are not counted'],
    })
  })

  test('a partition that holds no record has no time', () => {
    expect(summarise([{ ...partition, state: 'whole', checkpoint: checkpoint(0, 5_000) }])).toMatchObject({
      as_of: null,
      lag_ms: null,
      state: 'fresh',
      complete: true,
    })
  })
})
