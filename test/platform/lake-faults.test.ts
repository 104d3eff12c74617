import { beforeAll, describe, expect, test } from 'vitest'
import { KafkaProducer } from '#adapters/kafka/producer.ts'
import { tick } from '#domain/events/tick.ts'
import { trino } from '#local/engines/trino.ts'
import { eventually, runningPart } from '#local/process.ts'
import { encodersAt } from '#local/schema-registry.ts'
import { endpoints, loadState } from '#local/state.ts'
import { badTicks, validEvent } from '../contracts/bad-ticks.ts'
import { seeded, seedOf } from '../contracts/random.ts'
import { ended, entered, start, stop } from './executions.ts'
import { BRONZE, figure, landed, QUARANTINE, refresh, rows } from './lake.ts'
import { home, killOne, lodestream, recordsOf, TOPICS } from './platform.ts'

const seed = seedOf('lake faults')

test('Firehose failing 30 % of records, the function killed at random: every record is in bronze or in quarantine', async () => {
  const random = seeded(seed)
  const encoderFor = await encodersAt(home())
  const encode = encoderFor(tick)
  const bad = badTicks(random, encoderFor)
  await firehoseWith({ failedRecords: 0.3, throttles: 0.1, seed })
  const producer = await KafkaProducer.open({ bootstrap: endpoints(home()).kafka }, [tick.topic])
  let killed = 0
  const killing = eventually(async () => {
    killed += await killOne('lambda-lake-landing', random)
    return killed >= 12
  }, 120_000)
  for (let i = 0; i < 20_000; i += 500) {
    const values = Array.from({ length: 500 }, (_, j) =>
      (i + j) % 100 === 0
        ? (bad[((i + j) / 100) % bad.length]?.value ?? Buffer.alloc(0))
        : encode(validEvent(tick, random, { symbol: `L${j % 7}-${seed}`, trade_id: `${i + j}` })),
    )
    await producer.accept(values.map((value, j) => ({ topic: tick.topic, key: `${j % 7}`, value })))
  }
  await producer.flush()
  await producer.close()
  await killing
  await firehoseWith({})
  await landed()

  expect(killed).toBeGreaterThanOrEqual(12)
  const places = (table: string) => `select distinct topic, "partition", "offset" from ${table}`
  const inBoth = `(${places(BRONZE)}) intersect (${places(QUARANTINE)})`
  const inEither = `(${places(BRONZE)}) union (${places(QUARANTINE)})`
  expect(await figure(`select count(*) as n from (${inBoth})`)).toBe('0')
  expect(await figure(`select count(*) as n from (${inEither})`)).toBe(`${await recordsInLog()}`)
})

const DAY = '2026-06-15'
const SYMBOL = `G-${seed}`
const input = { table: 'gold.ohlc_daily', date: DAY }

describe('a refresh', () => {
  let ticks = 0

  /** One more row in silver, so that gold has something to publish. */
  async function addTick(price = 10 + ticks): Promise<number> {
    ticks += 1
    const at = `timestamp '${DAY} 12:00:${String(ticks % 60).padStart(2, '0')}.000000'`
    await lodestream(
      'query',
      `insert into silver.ticks (event_id, venue, symbol, trade_id, traded_at, price, quantity, taker_side, received_at,
         notional, is_late, schema_version, appended_at, log_topic, log_partition, log_offset, trade_date)
       values ('tick|${SYMBOL}|${ticks}', 'v', '${SYMBOL}', '${ticks}', ${at}, decimal '${price}.00000000',
         decimal '1.00000000', 'buy', ${at}, decimal '${price}.00000000', false, 1, ${at}, 'market_data_raw', 0,
         '${String(ticks).padStart(20, '0')}', date '${DAY}')`,
      '--write',
    )
    return ticks
  }

  beforeAll(async () => {
    // The first refresh makes the tables.
    await refresh('--date', DAY, '--tables', 'gold.ohlc_daily')
    await addTick()
    expect((await ended(await start('table-refresh', input))).status).toBe('SUCCEEDED')
  })

  test('rerun over an unchanged day, from the console: no row changed, no snapshot added', async () => {
    const before = await snapshots()
    const { status, output } = await ended(await start('table-refresh', input))

    expect(status).toBe('SUCCEEDED')
    expect(JSON.parse(output ?? '')).toMatchObject({ outcome: 'unchanged', inserted: 0, updated: 0, deleted: 0 })
    expect(await snapshots()).toBe(before)
  })

  test('four runs of one day at once: one after the other, and the day is whole', async () => {
    const expected = await addTick()
    const executions = await Promise.all([1, 2, 3, 4].map(() => start('table-refresh', input)))
    const outcomes = await Promise.all(executions.map((execution) => ended(execution)))

    expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('SUCCEEDED'))
    const published = outcomes.map(({ output }) => JSON.parse(output ?? '').outcome)
    expect(published.toSorted()).toEqual(['published', 'unchanged', 'unchanged', 'unchanged'])
    expect(await tradesInGold()).toBe(expected)
    expect(await candidates()).toEqual([])
  })

  test('a check that blocks: nothing is published, and the execution says which and how many rows', async () => {
    const before = { trades: await tradesInGold(), snapshots: await snapshots() }
    await addTick(-5)
    const { status, error, cause } = await ended(await start('table-refresh', input))

    expect({ status, error }).toEqual({ status: 'FAILED', error: 'CheckFailed' })
    expect(cause).toContain('1 row breaks the rule "low_price > 0"')
    expect({ trades: await tradesInGold(), snapshots: await snapshots() }).toEqual(before)
    expect(await candidates()).toEqual([])
    await lodestream('query', `delete from silver.ticks where symbol = '${SYMBOL}' and price < 0`, '--write')
    ticks -= 1
  })

  test.each(['Plan', 'BuildBySelect', 'Check', 'Publish', 'Drop', 'RecordPublished'])(
    'ended while it is at %s: gold is one of the whole states, the next run heals it, and no candidate stays',
    async (state) => {
      const expected = await addTick()
      const execution = await start('table-refresh', input)
      expect(await entered(execution, state)).toBe(true)
      await stop(execution)

      expect([expected - 1, expected]).toContain(await tradesInGold())
      expect((await ended(await start('table-refresh', input))).status).toBe('SUCCEEDED')
      expect(await tradesInGold()).toBe(expected)
      expect(await candidates()).toEqual([])
    },
  )

  test('Trino killed while it publishes: gold is one of the whole states, and the next run heals it', async () => {
    const expected = await addTick()
    const execution = await start('table-refresh', input)
    expect(await entered(execution, 'Publish')).toBe(true)
    const engine = runningPart(home(), 'trino')
    if (engine) process.kill(engine.pid, 'SIGKILL')
    expect(await eventually(() => runningPart(home(), 'trino') === undefined, 10_000)).toBe(true)
    await trino.start({ home: home() })
    await ended(execution)

    expect([expected - 1, expected]).toContain(await tradesInGold())
    expect((await ended(await start('table-refresh', input))).status).toBe('SUCCEEDED')
    expect(await tradesInGold()).toBe(expected)
    expect(await candidates()).toEqual([])
  })
})

test('late rows: exactly the days that they touch are refreshed', async () => {
  const random = seeded(seed)
  const encode = (await encodersAt(home()))(tick)
  const scope = { tables: ['silver.ticks', 'gold.ohlc_daily'] }
  // What other tests brought is refreshed first.
  await landed()
  await ended(await start('refresh', scope))
  const began = new Date().toISOString()
  const days = ['2026-03-06', '2026-03-09']
  const producer = await KafkaProducer.open({ bootstrap: endpoints(home()).kafka }, [tick.topic])
  const late = days.map((day, i) => {
    const traded_at = Date.parse(`${day}T15:00:00Z`)
    return encode(validEvent(tick, random, { symbol: SYMBOL, trade_id: `late-${i}`, traded_at }))
  })
  await producer.accept(late.map((value) => ({ topic: tick.topic, key: SYMBOL, value })))
  await producer.flush()
  await producer.close()
  await landed()
  expect((await ended(await start('refresh', scope))).status).toBe('SUCCEEDED')

  const refreshed = await rows(
    `select distinct refreshed_date from ops.runs where started_at >= '${began}' and table_name = 'silver.ticks'
     order by refreshed_date`,
  )
  expect(refreshed.map(({ refreshed_date }) => refreshed_date)).toEqual(days)
  expect(
    await rows(`select trade_date, trades from gold.ohlc_daily where symbol = '${SYMBOL}' and trade_date in
      (date '${days[0]}', date '${days[1]}') order by trade_date`),
  ).toEqual(days.map((trade_date) => ({ trade_date, trades: '1' })))
})

/** Records in all topics, from their first one on. */
async function recordsInLog(): Promise<number> {
  const counts = await Promise.all([...TOPICS.keys()].map(async (topic) => (await recordsOf(topic)).length))
  return counts.reduce((sum, count) => sum + count, 0)
}

const snapshots = () => figure(`select count(*) as n from "lodestream_local_gold"."ohlc_daily$snapshots"`)

async function tradesInGold(): Promise<number> {
  const trades = await figure(
    `select trades from gold.ohlc_daily where symbol = '${SYMBOL}' and trade_date = date '${DAY}'`,
  )
  return Number(trades)
}

/** The candidates that stand. */
async function candidates(): Promise<readonly (string | null)[]> {
  const tables = await rows(
    `select table_name from information_schema.tables where table_schema = 'lodestream_local_candidates'`,
  )
  return tables.map(({ table_name }) => table_name ?? null)
}

async function firehoseWith(faults: object): Promise<void> {
  const bridge = `http://127.0.0.1:${loadState(home()).ports.firehose}`
  const answer = await fetch(`${bridge}/faults`, { method: 'POST', body: JSON.stringify(faults) })
  expect(answer.status).toBe(200)
}
