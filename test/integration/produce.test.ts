import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { decodeRecords } from '#adapters/avro/decode-records.ts'
import { dailyBar } from '#domain/events/daily-bar.ts'
import { isLate } from '#domain/events/define-event.ts'
import { userSignup } from '#domain/events/user-signup.ts'
import type { RecordedEvent } from '#domain/ports.ts'
import { Broker } from '#test/adapters/kafka/broker.ts'
import { CommandLine } from '#test/adapters/kafka/command-line.ts'
import type { Produced } from '../../bin/produce/progress.ts'
import { BinanceVenue } from './binance-venue.ts'

const TOPICS = ['market_data_raw', 'trades_raw']
const PARTITIONS = [0, 1, 2, 3]
let broker: Broker

beforeAll(async () => {
  broker = await Broker.start()
  await broker.create([...TOPICS, dailyBar.topic, userSignup.topic], 4, { 'message.timestamp.type': 'LogAppendTime' })
})
afterAll(() => broker[Symbol.asyncDispose]())

const produce = (...words: string[]) => new CommandLine(['produce', '--kafka', broker.address, '--json', ...words])

/** Runs `work` and returns the events that it brought to a topic. */
async function eventsOf(topic: string, work: () => Promise<void>): Promise<readonly RecordedEvent[]> {
  const before = await lengthsOf(topic)
  await work()
  const parts = await Promise.all(PARTITIONS.map((partition) => broker.contents(topic, partition)))
  const decoded = await decodeRecords(parts.flatMap((part, i) => part.slice(before[i])))
  expect(decoded.rejected).toEqual([])
  return decoded.events
}

const lengthsOf = (topic: string) =>
  Promise.all(PARTITIONS.map(async (partition) => (await broker.contents(topic, partition)).length))
const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0)
const lengths = () => Promise.all(TOPICS.map(lengthsOf))

test('the recording arrives whole, in order, in one partition, with its own times', async () => {
  const events = await eventsOf('market_data_raw', async () => {
    const run = produce('--source', 'recorded', '--speed', 'max')
    expect(await run.end()).toBe(0)
    expect(run.lines).toMatchObject([
      { produced: 2001, acknowledged: 2001, topics: { market_data_raw: { acknowledged: 2001 } }, interrupted: false },
    ])
    expect(run.errors).toBe('')
  })
  expect(events.map(({ event }) => Number(event.trade_id))).toEqual(
    Array.from({ length: 2_001 }, (_, i) => 553287559 + i),
  )
  expect(new Set(events.map(({ record }) => record.partition)).size).toBe(1)
  expect(events[0]?.at).toBe(Date.UTC(2021, 0, 8, 0, 0, 0, 278))
  expect(events.some(({ at, event }) => isLate(at, event.received_at))).toBe(false)
})

test('moved to now, the first trade happens when the command starts', async () => {
  const begun = Date.now()
  const events = await eventsOf('market_data_raw', async () => {
    expect(await produce('--source', 'recorded', '--speed', 'max', '--at', 'now').end()).toBe(0)
  })
  const first = events[0]?.at ?? 0
  expect(first).toBeGreaterThanOrEqual(begun)
  expect(first).toBeLessThanOrEqual(Date.now())
  expect((events.at(-1)?.at ?? 0) - first).toBe(46_355 - 278)
})

test('at a thousand times its pace the 46 seconds take some 46 ms and not none', async () => {
  const run = produce('--source', 'recorded', '--speed', '1000')
  expect(await run.end()).toBe(0)
  expect(run.lines).toMatchObject([{ acknowledged: 2001 }])
  const [{ seconds }] = run.lines as [{ seconds: number }]
  expect(seconds).toBeGreaterThan(0.045)
  expect(seconds).toBeLessThan(20)
})

test('the simulated market sends ticks by symbol and fills by account, counted by topic, one in a hundred bad', async () => {
  const run = produce('--source', 'simulated', '--total-events', '5000', '--speed', 'max', '--seed', '3')
  expect(await run.end()).toBe(0)
  const [result] = run.lines as [Produced]
  expect(result).toMatchObject({ produced: 5_000, acknowledged: 5_000, duplicated: 0, late: 0 })
  expect(result.bad.records).toBeGreaterThan(15)
  expect(result.bad.records).toBeLessThan(100)
  const counts = TOPICS.map((topic) => result.topics[topic]?.acknowledged ?? 0)
  expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(5_000)
  expect(counts[1]).toBeGreaterThan(300)
})

test('what is bad, duplicated and late is told exactly: what is acknowledged is valid or refused', async () => {
  const before = await lengths()
  const run = produce(
    ...['--source', 'simulated', '--total-events', '20000', '--speed', 'max', '--bad-data-rate', '2%'],
    ...['--duplicate-rate', '0.02', '--late-rate', '1%'],
  )
  expect(await run.end()).toBe(0)
  const [result] = run.lines as [Produced]
  const records = await Promise.all(
    TOPICS.map(async (topic, t) =>
      (await Promise.all(PARTITIONS.map((partition) => broker.contents(topic, partition)))).flatMap((part, i) =>
        part.slice(before[t]?.[i]),
      ),
    ),
  )
  const { events, rejected } = await decodeRecords(records.flat())
  expect(result.acknowledged).toBe(20_000)
  expect(events.length + rejected.length).toBe(20_000)
  const codes = Map.groupBy(rejected, ({ code }) => code)
  expect(Object.fromEntries([...codes].map(([code, refused]) => [code, refused.length]))).toEqual(result.bad.codes)
  expect(result.bad.records).toBe(rejected.length)
  expect(events.length - new Set(events.map(({ id }) => id)).size).toBe(result.duplicated)
  expect(events.filter(({ at, event }) => isLate(at, event.received_at)).length).toBe(result.late)
  expect(Math.min(result.bad.records, result.duplicated, result.late)).toBeGreaterThan(100)
})

test('a duration ends the market at its own time, at full speed too', async () => {
  const run = produce('--source', 'simulated', '--duration', '3s', '--events-per-second', '1000', '--speed', 'max')
  expect(await run.end()).toBe(0)
  expect(run.lines).toMatchObject([{ acknowledged: 3_000 }])
})

test('Ctrl-C sends what was begun, tells what was acknowledged, and is no failure', async () => {
  let told = 0
  const ticks = await eventsOf('market_data_raw', async () => {
    const before = await lengthsOf('market_data_raw')
    const words = ['--accounts', '0', '--events-per-second', '1000', '--bad-data-rate', '0']
    const run = produce('--source', 'simulated', ...words)
    await expect.poll(() => lengthsOf('market_data_raw'), { timeout: 20_000 }).not.toEqual(before)
    run.process.kill('SIGINT')
    expect(await run.end()).toBe(0)
    expect(run.lines).toMatchObject([{ interrupted: true }])
    const [result] = run.lines as [{ produced: number; acknowledged: number }]
    expect(result.acknowledged).toBe(result.produced)
    told = result.acknowledged
  })
  expect(ticks.length).toBe(told)
})

test('Ctrl-C at full speed tells just what is in the log', async () => {
  const before = (await lengths()).flat()
  const run = produce('--source', 'simulated', '--speed', 'max')
  await expect.poll(async () => (await lengths()).flat(), { timeout: 20_000 }).not.toEqual(before)
  run.process.kill('SIGINT')
  expect(await run.end()).toBe(0)
  const [{ produced, acknowledged, interrupted }] = run.lines as [Produced]
  expect(interrupted).toBe(true)
  expect(acknowledged).toBe(produced)
  expect(sum((await lengths()).flat()) - sum(before)).toBe(acknowledged)
})

test('a second Ctrl-C ends at once what a broker that is stuck would hold up', async () => {
  const before = (await lengths()).flat()
  // At full speed there is always something that waits for an acknowledgement.
  const run = new CommandLine(['produce', '--kafka', broker.address, '--source', 'simulated', '--speed', 'max'])
  await expect.poll(async () => (await lengths()).flat(), { timeout: 20_000 }).not.toEqual(before)
  broker.signal('SIGSTOP')
  onTestFinished(() => broker.signal('SIGCONT'))
  run.process.kill('SIGINT')
  await expect.poll(() => run.errors, { timeout: 10_000 }).toContain('Ctrl-C again ends it at once')
  run.process.kill('SIGINT')
  await run.end()
  expect(run.process.signalCode).toBe('SIGINT')
})

test('daily bars of years ago come through the same door, received now and so late', async () => {
  const bars = await eventsOf(dailyBar.topic, async () => {
    const run = produce('--source', 'us-stocks-daily', '--from', '2013-01-01T00:00:00Z')
    expect(await run.end()).toBe(0)
    expect(run.lines).toMatchObject([{ bad: { records: 0 } }])
  })
  expect(bars.length).toBe(205)
  expect(bars.every(({ at, event }) => event.type === 'daily_bar' && isLate(at, event.received_at))).toBe(true)
})

test('live trades are sent as they come, each once though the venue cuts the connection, and an unreadable one as it came', async () => {
  const venue = await BinanceVenue.start()
  onTestFinished(() => venue.stop())
  await venue.rate(300)
  const before = await lengthsOf('market_data_raw')
  const run = produce('--source', 'binance', '--venue', venue.addresses.rest)
  const grown = async () => sum(await lengthsOf('market_data_raw')) - sum(before)
  const toGrowBy = async (records: number) => {
    const from = await grown()
    await expect.poll(grown, { timeout: 20_000 }).toBeGreaterThan(from + records)
  }
  await toGrowBy(0)
  await venue.fault('malformed', { count: 1 })
  // What is on its way on a connection is lost with it.
  await toGrowBy(300)
  await venue.fault('disconnect')
  await toGrowBy(300)
  run.process.kill('SIGINT')
  expect(await run.end()).toBe(0)
  const parts = await Promise.all(PARTITIONS.map((partition) => broker.contents('market_data_raw', partition)))
  const { events, rejected } = await decodeRecords(parts.flatMap((part, i) => part.slice(before[i])))
  const [{ produced, acknowledged, bad }] = run.lines as [Produced]
  expect([produced, acknowledged]).toEqual([await grown(), await grown()])
  expect(rejected.length).toBeGreaterThan(0)
  expect((await venue.sent()).cut).toBeGreaterThan(0)
  expect(bad).toEqual({ records: rejected.length, codes: { unreadable: rejected.length } })
  for (const [symbol, trades] of Map.groupBy(events, ({ event }) => event.symbol)) {
    const ids = trades.map(({ event }) => Number(event.trade_id))
    expect(ids, String(symbol)).toEqual(ids.map((_, i) => (ids[0] ?? 0) + i))
  }
})

test('customers act on their own topic', async () => {
  const events = await eventsOf(userSignup.topic, async () => {
    const run = produce('--source', 'customers', '--total-events', '2000', '--speed', 'max', '--bad-data-rate', '0')
    expect(await run.end()).toBe(0)
  })
  expect(events.length).toBe(2_000)
  expect(new Set(events.map(({ event }) => event.type))).toContain('purchase')
})

test('a bad row sends nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'produce-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'eth-trades.csv')
  const row = (id: number, price: string) => `${id},2021-01-08T00:00:00Z,${price},1,true\n`
  const header = 'trade_id,traded_at,price,quantity,buyer_is_maker\n'
  await writeFile(file, header + Array.from({ length: 5_000 }, (_, i) => row(i, '1')).join('') + row(9, 'x'))
  const events = await eventsOf('market_data_raw', async () => {
    const run = produce('--source', 'recorded', '--file', file, '--speed', 'max')
    expect(await run.end()).toBe(1)
    expect(run.output).toBe('')
    expect(run.errors.trim()).toBe(
      '✖ eth-trades.csv line 5002: price: "x" is not a decimal of at most eight places; nothing was sent, repair or remove that line.',
    )
  })
  expect(events).toEqual([])
})

test('a broker that is not there makes one sentence and exit code 1', async () => {
  const run = new CommandLine(['produce', '--source', 'recorded', '--speed', 'max', '--kafka', '127.0.0.1:1'])
  expect(await run.end()).toBe(1)
  expect(run.errors.trim()).toBe(
    '✖ Kafka at 127.0.0.1:1 cannot be reached (ECONNREFUSED): lodestream up starts it, lodestream status says where it is.',
  )
})

test('a dry run shows the first events as JSON and needs no broker', async () => {
  const words = ['produce', '--source', 'simulated', '--start', '2026-01-05T09:30:00Z', '--dry-run']
  const [run, again] = [new CommandLine(words), new CommandLine(words)]
  expect([await run.end(), await again.end()]).toEqual([0, 0])
  expect(run.lines.length).toBe(10)
  expect(run.lines[0]).toMatchObject({ topic: 'market_data_raw', event: { type: 'tick', traded_at: 1767605400000 } })
  expect(run.output).toBe(again.output)
})

test.each([
  [['--source', 'recorded', '--seed', '1'], '--seed means nothing with --source recorded'],
  [['--source', 'simulated', '--stage', 'dev'], '--kafka names the broker itself'],
  [['--source', 'simulated', '--bad-data-rate', '2'], 'Write a share of all, such as 0.01 or 1%'],
  [[], '--source'],
])('%j is refused in a sentence', async (words, says) => {
  const run = new CommandLine(['produce', '--kafka', '127.0.0.1:1', ...words])
  expect(await run.end()).toBe(1)
  expect(run.errors).toContain(says)
  expect(run.errors).not.toContain('    at ')
})
