import { describe, expect, test } from 'vitest'
import { tradeDateOf } from '#domain/tables/market-day.ts'
import { eventually } from '#local/process.ts'
import { endpoints } from '#local/state.ts'
import { seedOf } from '../contracts/random.ts'
import { beginRelay, binance, PUBLISHED_MS, poll, published, sent, venue } from './feeds.ts'
import { BRONZE, figure, landed, refresh, rows } from './lake.ts'
import { eventsOf, home, lodestream } from './platform.ts'
import { differenceOf, totals, totalsByTopic } from './totals.ts'

/** What comes from the outside, through to hot, bronze and silver. */
const seed = seedOf('outside')
const DAY_MS = 86_400_000
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10)
const YESTERDAY = dayOf(Date.now() - DAY_MS)

describe('each source through to hot, bronze and silver', () => {
  const SOURCES = ['coingecko', 'fear_greed', 'rss', 'newsapi'] as const
  const CUSTOMERS = ['user_signups', 'plan_changes', 'page_views', 'purchases', 'payment_failures']

  test('generated and recorded: what is acknowledged is landed or quarantined, and silver has each event once', async () => {
    const before = await totals()
    const hour = `${YESTERDAY}T15:00:00Z`
    const faulty = ['--bad-data-rate', '2%', '--duplicate-rate', '5%', '--seed', `${seed}`, '--speed', 'max']
    const market = await produce(
      ...['--source', 'simulated', '--symbols', `O1-${seed},O2-${seed}`, '--total-events', '4000'],
      ...['--start', hour, ...faulty],
    )
    const customers = await produce(
      ...['--source', 'customers', '--events-per-second', '50', '--total-events', '3000', '--start', hour, ...faulty],
    )
    const stocks = await produce('--source', 'us-stocks-daily', '--at', 'now')
    const after = await totals()

    const sent = [market, customers, stocks]
    const sum = (of: (run: Produced) => number) => sent.reduce((all, run) => all + of(run), 0)
    const gained = differenceOf(before, after)
    expect(sum(({ acknowledged }) => acknowledged)).toBe(sum(({ produced }) => produced))
    expect(gained.records).toBe(sum(({ acknowledged }) => acknowledged))
    expect(gained.landed + gained.quarantined).toBe(gained.records)
    expect(gained.quarantined).toBe(sum(({ bad }) => bad.records))
    expect(gained.rejected).toBe(gained.quarantined)
    expect(gained.counted + gained.late + gained.duplicate).toBe(gained.landed)

    await refresh(
      '--date',
      YESTERDAY,
      '--tables',
      ['ticks', 'fills', ...CUSTOMERS].map((name) => `silver.${name}`).join(','),
    )
    const ofMarket = `symbol like 'O_-${seed}'`
    const inSilver =
      Number(await figure(`select count(*) from silver.ticks where ${ofMarket}`)) +
      Number(await figure(`select count(*) from silver.fills where ${ofMarket}`))
    expect(inSilver).toBe(market.acknowledged - market.bad.records - market.duplicated)
    const each = CUSTOMERS.map((name) => `select count(*) as n from silver.${name}`).join(' union all ')
    expect(Number(await figure(`select sum(n) from (${each})`))).toBe(
      customers.acknowledged - customers.bad.records - customers.duplicated,
    )
    expect(await figure(`select count(distinct event_id) from ${BRONZE} where event_type = 'daily_bar'`)).toBe(
      `${stocks.acknowledged}`,
    )
    table('generated', { in: gained.records, ...gained, silver: inSilver })
  })

  test('asked for: CoinGecko, Fear & Greed, publishers and NewsAPI; silver has what they published', async () => {
    for (const source of SOURCES) await poll(source)
    // A second round finds what is new, and nothing twice.
    for (const source of SOURCES) await poll(source)
    await published()
    await landed()

    const tables = ['market_snapshots', 'sentiments', 'news_items']
    const newest = await figure(
      `select cast(max(cast(occurred_at as date)) as varchar) from ${BRONZE} where event_type = 'market_snapshot'`,
    )
    await refresh('--date', `${newest}`, '--tables', tables.map((name) => `silver.${name}`).join(','))
    for (const [event, name] of [
      ['market_snapshot', 'market_snapshots'],
      ['sentiment', 'sentiments'],
      ['news_item', 'news_items'],
    ]) {
      const ofDay = `= date '${newest}'`
      const expected = await figure(
        `select count(distinct event_id) from ${BRONZE} where event_type = '${event}' and cast(occurred_at as date) ${ofDay}`,
      )
      expect(Number(expected), event).toBeGreaterThan(0)
      expect(await figure(`select count(*) from silver.${name} where event_date ${ofDay}`), name).toBe(expected)
    }
    const told = Object.fromEntries(
      Object.entries(await sent()).map(([venue, ids]) => [venue, Array.isArray(ids) ? ids.length : 0]),
    )
    table('asked for', told)
  })

  test('from products, by POST /events: answered one by one, and nobody’s address is in the lake', async () => {
    const view = (key: string, more: object = {}) => ({
      ...{ type: 'page_view', schema_version: 'v1', idempotency_key: `${key}-${seed}`, user_id: `u-${seed}` },
      ...{ device: 'mobile_ios_app', viewed_at: Date.parse(`${YESTERDAY}T12:00:00Z`), path: '/pricing' },
      ...{ ip: '203.0.113.77', ...more },
    })
    const body = JSON.stringify([view('a'), view('b', { device: 'toaster' }), view('a'), view('c')])
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${endpoints(home()).api}/events`, { method: 'POST', headers, body })
    const told = (await answer.json()) as { readonly results: readonly { readonly status: string }[] }
    expect(told.results.map(({ status }) => status)).toEqual(['accepted', 'rejected', 'duplicate', 'accepted'])
    await published()
    await landed()

    const ours = `from ${BRONZE} where event_type = 'page_view' and payload like '%u-${seed}%'`
    expect(await figure(`select count(distinct event_id) ${ours}`)).toBe('2')
    const [row] = await rows(`select payload ${ours} limit 1`)
    expect(row?.payload).not.toContain('203.0.113.77')
    expect(JSON.parse(row?.payload ?? '{}').ip_token).toMatch(/^[0-9a-f]{64}$/)
  })
})

/** What stage local's relay listens to. */
const RELAYED = ['BTCUSDT', 'ETHUSDT', 'BNBUSDT']

test('Binance cut off ten times in a minute of 100 trades a second: silver has every trade once', async () => {
  const begun = performance.now()
  await venue('/binance/rate', { trades_per_second: 100 })
  await beginRelay()
  const first = await eventually(async () => (await binance()).connections >= 2, 60_000)
  expect(first, 'the relay has not connected').toBe(true)
  await venue('/faults', { venue: 'binance', fault: 'disconnect', count: 10, ms: 5_000 })
  await venue('/faults', { venue: 'binance', fault: 'gap', count: 40 })
  const over = async () => (await binance()).to_come === 0 && performance.now() - begun >= 60_000
  expect(await eventually(over, 120_000)).toBe(true)
  // A gap shows in the trade after it: so both connections are to stand again, and to have heard of each symbol.
  const isBack = async () => {
    const { connections, cut } = await binance()
    return connections - cut >= 2
  }
  expect(await eventually(isBack, 60_000), 'the relay has not come back').toBe(true)
  const { symbols: then } = await binance()
  const goesOn = async () => {
    const { symbols } = await binance()
    return RELAYED.every((symbol) => Number(symbols[symbol]?.last) > Number(then[symbol]?.last) + 10)
  }
  expect(await eventually(goesOn, 60_000)).toBe(true)
  await venue('/binance/rate', { trades_per_second: 0 })
  const { cut, symbols } = await binance()
  expect(cut).toBeGreaterThanOrEqual(10)

  const ids = RELAYED.map((symbol) => ({ symbol, last: Number(symbols[symbol]?.last) }))
  const isRelayed = ({ venue }: Record<string, unknown>) => venue === 'binance'
  const missing = async () => {
    const ticks: readonly Record<string, unknown>[] = await eventsOf('market_data_raw', isRelayed)
    const held = Map.groupBy(ticks, ({ symbol }) => symbol)
    return ids.flatMap(({ symbol, last }) => {
      const relayed = new Set(held.get(symbol)?.map(({ trade_id }) => Number(trade_id)))
      const first = Math.min(...relayed, last)
      const consecutive = Array.from({ length: last - first + 1 }, (_, i) => first + i)
      return consecutive.filter((id) => !relayed.has(id)).map((id) => `${symbol} ${id} of ${first} to ${last}`)
    })
  }
  let left: readonly string[] = []
  const isWhole = async () => {
    left = await missing()
    return left.length === 0
  }
  await eventually(isWhole, PUBLISHED_MS)
  expect(left, 'not every trade has come through').toEqual([])
  await landed()

  const days = [...new Set([tradeDateOf(Date.now() - 300_000), tradeDateOf(Date.now())])]
  await refresh('--date', days.join(','), '--tables', 'silver.ticks')
  for (const { symbol, last } of ids) {
    const [silver] = await rows(
      `select count(*) as trades, count(distinct trade_id) as ids, min(cast(trade_id as bigint)) as first,
         max(cast(trade_id as bigint)) as last
       from silver.ticks where venue = 'binance' and symbol = '${symbol}' and trade_date >= date '${days[0]}'`,
    )
    expect(silver?.ids, symbol).toBe(silver?.trades)
    expect(Number(silver?.last), symbol).toBe(last)
    // Consecutive: as many as from the first to the last.
    expect(Number(silver?.trades), symbol).toBe(last - Number(silver?.first) + 1)
    expect(Number(silver?.trades), symbol).toBeGreaterThan(300)
  }
  table('Binance', { cut, ...Object.fromEntries(ids.map(({ symbol, last }) => [symbol, last])) })
})

/** How many; `EVENTS=1000000` for the measurement. */
const EVENTS = Number(process.env.EVENTS ?? 60_000)

test(`${EVENTS} events with 1 % bad and 2 % duplicated: acknowledged = landed + quarantined`, async () => {
  const before = await totals()
  const run = await produce(
    ...['--source', 'simulated', '--symbol-count', '8', '--total-events', `${EVENTS}`, '--events-per-second', '5000'],
    ...['--bad-data-rate', '1%', '--duplicate-rate', '2%', '--seed', `${seed}`, '--speed', 'max'],
    ...['--start', `${YESTERDAY}T18:00:00Z`],
  )
  expect(run.acknowledged).toBe(EVENTS)
  const begun = performance.now()
  const gained = differenceOf(before, await totals())

  expect(gained.landed + gained.quarantined).toBe(EVENTS)
  expect(gained.quarantined).toBe(run.bad.records)
  expect(gained.duplicates).toBe(run.duplicated)
  const seconds = (performance.now() - begun) / 1_000
  table(`${EVENTS} events`, { ...gained, sent_per_second: run.events_per_second, counted_after_s: Math.round(seconds) })
})

test('whatever came in on a topic is landed or quarantined, and the hot path has handled as much', async () => {
  for (const [topic, figures] of await totalsByTopic()) {
    const { records, landed, quarantined, counted, late, duplicate, rejected } = figures
    table(topic, { ...figures })
    expect(records, topic).toBeGreaterThan(0)
    expect(landed + quarantined, topic).toBe(records)
    expect(counted + late + duplicate + rejected, topic).toBe(records)
    expect(rejected, topic).toBe(quarantined)
  }
})

interface Produced {
  readonly produced: number
  readonly acknowledged: number
  readonly bad: { readonly records: number }
  readonly duplicated: number
  readonly events_per_second: number
}

const produce = async (...words: readonly string[]): Promise<Produced> =>
  JSON.parse(await lodestream('produce', ...words, '--json'))

/** Writes what came of it for whoever reads the log. */
function table(source: string, figures: Readonly<Record<string, unknown>>): void {
  const told = Object.entries(figures).map(([name, value]) => `${name} ${value}`)
  process.stdout.write(`  ${source}: ${told.join(' · ')}\n`)
}
