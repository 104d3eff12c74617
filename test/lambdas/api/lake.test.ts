import { beforeEach, describe, expect, test, vi } from 'vitest'
import { LakeError } from '#domain/lake/lake-error.ts'
import { textLiteral } from '#domain/lake/literals.ts'
import type { Lake } from '#domain/ports.ts'
import { answeringLake } from '#lambdas/api/answering-lake.ts'
import { createApp } from '#lambdas/api/app.ts'
import { ProblemJson } from '#lambdas/api/problem-json.ts'
import { DuckLake } from './duck-lake.ts'
import { TOPICS } from './market.ts'
import { type Json, listIn, NOON, smallMarket } from './small-market.ts'

const { store } = await smallMarket()
let lake: DuckLake
let now: number

beforeEach(async () => {
  lake = await DuckLake.open()
  now = NOON
})

const appOver = (of: Lake | undefined) =>
  createApp({
    view: store,
    lake: of,
    now: () => now,
    topics: [...TOPICS.keys()],
    stage: 'local',
    venues: 'stand-in',
    log: { info: () => undefined, error: () => undefined },
  })
const get = async (path: string): Promise<Json> => (await (await appOver(lake).request(path)).json()) as Json

/** One finished run of a table. */
const ran = (run: string, table: string, date: string, outcome: string, finished: string, more: Partial<Row> = {}) => {
  const row: Row = { inserted: 0, updated: 0, deleted: 0, source_rows: 7, warnings: '[]', error: '', says: '', ...more }
  const texts = [run, table, date, outcome, finished, finished].map(textLiteral).join(', ')
  const rest = [row.warnings, row.error, row.says, 'arn:x'].map(textLiteral).join(', ')
  const day = textLiteral(finished.slice(0, 10))
  return lake.run(
    `insert into lodestream_local_ops.runs values (${texts}, ${row.inserted}, ${row.updated}, ${row.deleted}, ${row.source_rows}, ${rest}, ${day})`,
  )
}
interface Row {
  inserted: number
  updated: number
  deleted: number
  source_rows: number
  warnings: string
  error: string
  says: string
}

const refused = (offset: number, code: string, appended: string, quarantined = appended, topic = 'market_data_raw') =>
  lake.run(
    `insert into lodestream_local_ops.quarantine values ('${quarantined}', '${appended}', '${topic}', 0, '${String(offset).padStart(20, '0')}',
      'contract', '${code}', 'it is ${code}', 'AA==', null, '${appended.slice(0, 10)}')`,
  )
const landed = (offset: number, day: string) =>
  lake.run(
    `insert into lodestream_local_bronze.events values ('e', 'market_data_raw', 0, '${String(offset).padStart(20, '0')}', '${day}', 'tick')`,
  )

const bar = (symbol: string, day: string, open: string, close: string, volume: string, notional: string, vwap = '1') =>
  lake.run(
    `insert into lodestream_local_gold.ohlc_daily values (${textLiteral(symbol)}, '${day}', ${open}, 9, 1, ${close}, ${volume}, ${notional}, ${vwap}, 3)`,
  )

describe('daily bars', () => {
  beforeEach(async () => {
    await bar('BTCUSDT', '2026-01-02', '1.5', '2.5', '3', '10', '3.33333333')
    await bar('BTCUSDT', '2026-01-03', '2.5', '3.00000001', '1', '2.99999999', '2.99999999')
    await bar('BTCUSDT', '2026-01-04', '3', '4', '1', '3')
    await bar("O'HARA", '2026-01-04', '7', '7', '1', '7')
    await ran('r1', 'gold.ohlc_daily', '2026-01-04', 'published', '2026-01-05T08:00:00.000Z')
  })

  test('are exact, oldest first, and say which run they are of', async () => {
    expect(await get('/ohlc/BTCUSDT?interval=1d&limit=2&to=2026-01-03')).toEqual({
      symbol: 'BTCUSDT',
      interval: '1d',
      bars: [
        dayBar('2026-01-02', { open: '1.5', close: '2.5', volume: '3', notional: '10', vwap: '3.33333333' }),
        dayBar('2026-01-03', { open: '2.5', close: '3.00000001', notional: '2.99999999', vwap: '2.99999999' }),
      ],
      refreshed: {
        table: 'gold.ohlc_daily',
        newest_date: '2026-01-04',
        run: 'r1',
        refreshed_at: '2026-01-05T08:00:00.000Z',
      },
      read_at: '2026-01-05T12:00:00.000Z',
    })
  })

  test('lie within the days asked for, the newest ones', async () => {
    const days = async (query: string) =>
      listIn(await get(`/ohlc/BTCUSDT?interval=1d${query}`), 'bars').map(({ trade_date }) => trade_date)
    expect(await days('&from=2026-01-03')).toEqual(['2026-01-03', '2026-01-04'])
    expect(await days('&from=2026-01-03&to=2026-01-03')).toEqual(['2026-01-03'])
    expect(await days('&limit=1')).toEqual(['2026-01-04'])
    expect(await days('&to=2025-12-31')).toEqual([])
  })

  test('of a name that is no plain one are its own, and nobody else’s', async () => {
    expect(listIn(await get("/ohlc/O'HARA?interval=1d"), 'bars')).toHaveLength(1)
    const answer = await appOver(lake).request(`/ohlc/${encodeURIComponent("x' or '1'='1")}?interval=1d`)
    expect(answer.status).toBe(404)
    expect(ProblemJson.parse(await answer.json()).nearby).toContain('BTCUSDT')
  })

  test.each([
    ['?interval=1d&to=2026-01-05T12:00:00.000Z', 'to'],
    ['?interval=1d&from=2026-13-01', 'from'],
    ['?interval=1h&from=2026-01-01', 'from'],
    ['?interval=1h&to=2026-01-01', 'to'],
  ])('%s is refused by its name', async (query, name) => {
    const answer = await appOver(lake).request(`/ohlc/BTCUSDT${query}`)
    expect(answer.status).toBe(400)
    expect(ProblemJson.parse(await answer.json()).parameters?.map((one) => one.name)).toEqual([name])
  })
})

const dayBar = (trade_date: string, more: object) => ({
  trade_date,
  high: '9',
  low: '1',
  volume: '1',
  trades: 3,
  ...more,
})

describe('runs', () => {
  test('the newest of each table, with why one failed', async () => {
    await ran('a1', 'gold.ohlc_daily', '2026-01-02', 'published', '2026-01-05T07:00:00.000Z', { inserted: 20 })
    await ran('a2', 'gold.ohlc_daily', '2026-01-02', 'unchanged', '2026-01-05T08:00:00.000Z')
    await ran('a3', 'gold.ohlc_daily', '2026-01-03', 'failed', '2026-01-05T09:00:00.000Z', {
      says: 'high_price >= low_price fails for 3 rows: nothing was published.',
      warnings: '[{"rule":"volume > 0","rows":2}]',
    })
    await ran('b1', 'gold.latest_price', '', 'published', '2026-01-05T06:00:00.000Z')
    await ran('old', 'gold.latest_price', '', 'published', '2025-12-01T06:00:00.000Z')
    const runs = listIn(await get('/runs?limit=2'), 'runs')
    expect(runs.map(({ run }) => run)).toEqual(['a3', 'a2', 'b1'])
    expect(runs[0]).toMatchObject({
      date: '2026-01-03',
      outcome: 'failed',
      says: 'high_price >= low_price fails for 3 rows: nothing was published.',
      warnings: [{ rule: 'volume > 0', rows: 2 }],
    })
    expect(runs[2]).toMatchObject({ table: 'gold.latest_price', date: null, says: null })
    expect(listIn(await get('/runs?table=gold.latest_price&days=31'), 'runs')).toHaveLength(1)
  })

  test('make the freshness of each table: its newest good day, its last good run, and a failure since', async () => {
    await ran('a1', 'gold.ohlc_daily', '2026-01-03', 'published', '2026-01-05T11:00:00.000Z')
    await ran('a2', 'gold.ohlc_daily', '2026-01-02', 'unchanged', '2026-01-05T11:30:00.000Z')
    await ran('a3', 'gold.ohlc_daily', '2026-01-04', 'failed', '2026-01-05T11:40:00.000Z')
    await ran('b1', 'silver.ticks', '2026-01-04', 'failed', '2026-01-05T10:00:00.000Z')
    await ran('b2', 'silver.ticks', '2026-01-04', 'published', '2026-01-05T11:59:00.000Z')
    expect(listIn(await get('/lake/freshness'), 'tables')).toEqual([
      {
        table: 'gold.ohlc_daily',
        newest_date: '2026-01-03',
        run: 'a2',
        refreshed_at: '2026-01-05T11:30:00.000Z',
        age_seconds: 1800,
        failed_run: 'a3',
      },
      {
        table: 'silver.ticks',
        newest_date: '2026-01-04',
        run: 'b2',
        refreshed_at: '2026-01-05T11:59:00.000Z',
        age_seconds: 60,
        failed_run: null,
      },
    ])
  })
})

test('quarantine counts each place once, as of its last refusal, and none that has landed', async () => {
  await refused(1, 'price_missing', '2026-01-05 10:00:00')
  await refused(2, 'price_missing', '2026-01-05 10:00:01')
  await refused(2, 'price_not_positive', '2026-01-05 10:00:01', '2026-01-05 11:00:00')
  await refused(3, 'price_not_positive', '2026-01-05 10:00:02')
  await refused(4, 'price_not_positive', '2026-01-05 10:00:03')
  await refused(5, 'malformed', '2025-12-01 10:00:00')
  await landed(4, '2026-01-05')
  expect(await get('/quarantine')).toMatchObject({
    records: 3,
    reasons: [
      {
        topic: 'market_data_raw',
        stage: 'contract',
        code: 'price_not_positive',
        records: 2,
        oldest_at: '2026-01-05T10:00:01.000Z',
        newest_at: '2026-01-05T10:00:02.000Z',
        example: 'it is price_not_positive',
      },
      { code: 'price_missing', records: 1 },
    ],
  })
})

describe('where the lake fails', () => {
  const LAKE_ROUTES = ['/runs', '/lake/freshness', '/quarantine', '/ohlc/BTCUSDT?interval=1d']
  const failing = (error: Error): Lake => ({ query: () => Promise.reject(error) })

  test.each(LAKE_ROUTES)('%s says so, and keeps what the engine said to the log', async (path) => {
    const answer = await appOver(failing(new Error('connect ECONNREFUSED 10.1.2.3:443'))).request(path)
    const text = await answer.text()
    expect(answer.status).toBe(503)
    expect(text).not.toContain('10.1.2.3')
    expect(JSON.parse(text)).toMatchObject({ type: 'urn:lodestream:lake-unreachable' })
  })

  test.each(LAKE_ROUTES)('%s of a function without a workgroup names what is missing', async (path) => {
    const answer = await appOver(undefined).request(path)
    expect(answer.status).toBe(503)
    expect(ProblemJson.parse(await answer.json()).detail).toContain('WORKGROUP')
  })

  test('live routes do not notice', async () => {
    const app = appOver(failing(new Error('no')))
    for (const path of ['/health', '/prices/latest', '/ohlc/BTCUSDT?interval=1h', '/portfolio'])
      expect((await app.request(path)).status).toBe(200)
  })

  test('a table that is not there yet is a 404 that says how it is made', async () => {
    const reason = "TABLE_NOT_FOUND: line 2:6: Table 'awsdatacatalog.lodestream_local_gold.ohlc_daily' does not exist"
    const answer = await appOver(failing(new LakeError(reason))).request('/ohlc/BTCUSDT?interval=1d')
    expect(answer.status).toBe(404)
    expect(ProblemJson.parse(await answer.json()).detail).toContain('lodestream refresh')
  })
})

describe('one question, many who ask', () => {
  const statement = { sql: 'select 1 as one', parameters: [] }

  test('runs once within 30 s, and again after that', async () => {
    const ask = answeringLake(lake, () => now)
    const both = await Promise.all([ask('it', statement), ask('it', statement)])
    now += 29_999
    const third = await ask('it', statement)
    expect([...both, third].map(({ askedAt }) => askedAt)).toEqual([NOON, NOON, NOON])
    expect(lake.asked).toHaveLength(1)
    now += 1
    expect((await ask('it', statement)).askedAt).toBe(now)
    expect(lake.asked).toHaveLength(2)
  })

  test('other parameters are another question', async () => {
    const ask = answeringLake(lake, () => now)
    const of = (value: string) => ask('it', { sql: 'select ? as it', parameters: [textLiteral(value)] })
    expect([(await of('a')).rows, (await of('b')).rows]).toEqual([[{ it: 'a' }], [{ it: 'b' }]])
  })

  test('a failure is asked again', async () => {
    let calls = 0
    const ask = answeringLake(
      {
        query: async () => {
          calls += 1
          if (calls === 1) throw new Error('just now')
          return []
        },
      },
      () => now,
    )
    await expect(ask('it', statement)).rejects.toMatchObject({ status: 503 })
    expect((await ask('it', statement)).rows).toEqual([])
  })

  test('one that takes long is a 503 for now, and its answer is there for the next', async () => {
    vi.useFakeTimers()
    try {
      const answer = Promise.withResolvers<[]>()
      let calls = 0
      const query = () => {
        calls += 1
        return answer.promise
      }
      const ask = answeringLake({ query }, () => now, 5_000)
      const slow = expect(ask('it', statement)).rejects.toMatchObject({ status: 503, message: /still working/ })
      await vi.advanceTimersByTimeAsync(5_000)
      await slow
      answer.resolve([])
      expect((await ask('it', statement)).rows).toEqual([])
      expect(calls).toBe(1)
    } finally {
      vi.useRealTimers()
    }
  })
})
