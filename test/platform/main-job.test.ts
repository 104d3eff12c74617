import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { KafkaProducer } from '#adapters/kafka/producer.ts'
import { tick } from '#domain/events/tick.ts'
import { logFile } from '#local/process.ts'
import { encodersAt } from '#local/schema-registry.ts'
import { endpoints } from '#local/state.ts'
import { badTicks, validEvent } from '../contracts/bad-ticks.ts'
import { seeded, seedOf } from '../contracts/random.ts'
import { caughtUp, eventsOf, get, home, lodestream, withView } from './platform.ts'
import { figuresIn, recomputed } from './recomputed.ts'

const seed = seedOf('main job')

interface Bars {
  readonly bars: readonly Readonly<Record<string, unknown>>[]
  readonly freshness: { readonly state: string; readonly complete: boolean }
}

test('the recorded trades at their own times are one minute bar, to the last digit', async () => {
  const produced = JSON.parse(await lodestream('produce', '--source', 'recorded', '--speed', 'max', '--json'))
  expect(produced).toMatchObject({ produced: 2_001, acknowledged: 2_001 })
  await caughtUp()

  const { bars, freshness } = await get<Bars>('/ohlc/BTCUSDT?interval=1m')

  expect(bars).toEqual([
    expect.objectContaining({
      start_at: '2021-01-08T00:00:00.000Z',
      open: '39432.48',
      high: '39550',
      low: '39430.3',
      close: '39491.76',
      volume: '87.071596',
      notional: '3438698.18943282',
      trades: 2_001,
    }),
  ])
  expect(freshness).toMatchObject({ state: 'fresh', complete: true })
})

test('a generated market of 20 symbols over 6 hours equals an independent recomputation', async () => {
  const symbols = Array.from({ length: 20 }, (_, i) => `M${i}-${seed}`)
  const to = Math.floor(Date.now() / 60_000) * 60_000
  const from = to - 6 * 3_600_000
  const produced = await lodestream(
    ...['produce', '--source', 'simulated', '--speed', 'max', '--json', '--seed', `${seed}`],
    ...['--symbols', symbols.join(','), '--accounts', '12', '--events-per-second', '6'],
    ...['--bad-data-rate', '0'],
    ...['--start', new Date(from).toISOString(), '--duration', '6h'],
  )
  expect(JSON.parse(produced).acknowledged).toBeGreaterThan(100_000)
  await caughtUp()

  const isOurs = ({ symbol }: Record<string, unknown>) => symbols.includes(String(symbol))
  const events = [...(await eventsOf('market_data_raw', isOurs)), ...(await eventsOf('trades_raw', isOurs))]
  const expected = await recomputed(events)
  const actual = await withView((view) => figuresIn(view, symbols, from, to + 60_000))

  expect(Object.keys(expected).length).toBeGreaterThan(7_000)
  expect(actual).toEqual(expected)
})

describe('1,000 events of which 10 are bad in ten ways', () => {
  test('990 are in the metrics, 10 are counted by reason, and none held up its batch', async () => {
    const random = seeded(seed)
    const encoderFor = await encodersAt(home())
    const encode = encoderFor(tick)
    const symbol = `BAD-${seed}`
    const bad = badTicks(random, encoderFor)
    const before = await outcomes()
    const values = Array.from({ length: 1_000 }, (_, i) => {
      const rotten = i % 100 === 50 ? bad[Math.floor(i / 100)] : undefined
      return rotten?.value ?? encode(validEvent(tick, random, { symbol, trade_id: `${seed}-${i}` }))
    })
    const producer = await KafkaProducer.open({ bootstrap: endpoints(home()).kafka }, [tick.topic])
    await producer.accept(values.map((value) => ({ topic: tick.topic, key: symbol, value })))
    await producer.flush()
    await producer.close()
    await caughtUp()

    const after = await outcomes()
    const added = Object.fromEntries(
      Object.entries(after)
        .map(([outcome, count]) => [outcome, count - (before[outcome] ?? 0)] as const)
        .filter(([, count]) => count > 0),
    )
    expect(added).toEqual({ counted: 990, ...Object.fromEntries(bad.map(({ code }) => [code, 1])) })
    expect(failedDeliveries()).toBe(0)
  })
})

/** Records handled so far on the topic of ticks, by what became of them. */
async function outcomes(): Promise<Record<string, number>> {
  const { readings } = await get<{ readings: readonly { entity: { outcome: string }; reading: number }[] }>(
    '/live/handled_records/market_data_raw',
  )
  return Object.fromEntries(readings.map(({ entity, reading }) => [entity.outcome, reading]))
}

/** How often the consumer named a record as failed: each would have been delivered again, and held up what follows. */
const failedDeliveries = (): number =>
  readFileSync(logFile(home(), 'lambda-hot-metrics'), 'utf8').split('partition not counted').length - 1
