import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSink } from '#adapters/event-logs/open-sink.ts'
import { formatDecimal } from '#domain/decimal.ts'
import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import { prefixes } from '#domain/lake/names.ts'
import { Refusal } from '#domain/refusal.ts'
import type { Emission } from '#feeds/emission.ts'
import { play, readRecording } from '#feeds/recorded/recording.ts'
import { simulate } from '#feeds/simulated/simulate.ts'
import { marked, runningPart } from '#local/process.ts'
import { encodersAt } from '#local/schema-registry.ts'
import { loadState } from '#local/state.ts'
import { bringDown, planUp, type Up } from '#local/up.ts'
import { Bucket } from '#test/local/firehose/bucket.ts'

/** The main job with its topics as Kinesis streams: what is produced is live, to the last digit, and lands. */
const root = mkdtempSync(join(tmpdir(), 'lodestream-on-kinesis-'))
const home = join(root, 'home')
let up: Up

async function bringUp(): Promise<Up> {
  const { plan, result } = await planUp(home, { transport: 'kinesis', outside: 'real' })
  await plan.run()
  return result
}

beforeAll(async () => {
  up = await bringUp()
})

afterAll(async () => {
  await bringDown(home)
  rmSync(root, { recursive: true, force: true })
})

async function get<T>(path: string): Promise<T> {
  const response = await fetch(`${up.api}${path}`, { signal: AbortSignal.timeout(30_000) })
  if (!response.ok) throw new Error(`${path} answers ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}

/** The trades that the project ships, under a name of their own, and a market in which accounts trade. */
async function emissions(): Promise<readonly Emission[]> {
  const recorded = [...play(await readRecording(undefined, 'RECORDED'), Date.now() - 60_000)]
  const market = { seed: 5, symbols: ['SIMA', 'SIMB', 'SIMC'], accounts: ['a-1', 'a-2'], eventsPerSecond: 500 }
  const simulated: Emission[] = []
  for (const emission of simulate({ ...market, start: Date.now() - 10_000 })) {
    if (simulated.length === 3_000) break
    simulated.push(emission)
  }
  return [...recorded, ...simulated]
}

const of = (all: readonly Emission[], { name }: { readonly name: string }) =>
  all.filter(({ definition }) => definition.name === name).map(({ event }) => event)

/** What the price board has to show of ticks that are in order, symbol by symbol. */
function boardOf(ticks: readonly Emission['event'][]): Record<string, unknown> {
  const bySymbol = Map.groupBy(ticks, ({ symbol }) => String(symbol))
  return Object.fromEntries(
    [...bySymbol].map(([symbol, own]) => {
      const newest = own.reduce((best, one) => (Number(one.traded_at) >= Number(best.traded_at) ? one : best))
      return [symbol, { price: formatDecimal(newest.price as bigint), trades: own.length }]
    }),
  )
}

interface Board {
  readonly prices: readonly { readonly symbol: string; readonly price: string; readonly day: { trades: number } }[]
  readonly freshness: { readonly state: string; readonly complete: boolean }
}

const board = async (): Promise<Record<string, unknown>> => {
  const { prices } = await get<Board>('/prices/latest')
  return Object.fromEntries(prices.map(({ symbol, price, day }) => [symbol, { price, trades: day.trades }]))
}

/** Ends every process of a function, as a machine that fails would. @returns how many */
function kill(functionName: string): number {
  const found = marked(home).filter(({ env }) => env.AWS_LAMBDA_FUNCTION_NAME === functionName)
  for (const { pid } of found) process.kill(pid, 'SIGKILL')
  return found.length
}

test('before anything is produced, every partition has its state', async () => {
  const { freshness, prices } = await get<Board>('/prices/latest')
  expect(freshness).toMatchObject({ state: 'fresh', complete: true })
  expect(prices).toEqual([])
  expect(runningPart(home, 'kafka')).toBeUndefined()
})

test('what is produced is live to the last digit, although its consumers are killed, and lands once', async () => {
  const all = await emissions()
  const encoderFor = await encodersAt(home)
  const { kinesis, localstack } = loadState(home).ports
  const sink = await openSink({ transport: 'kinesis', endpoint: `http://127.0.0.1:${kinesis}` }, [
    tick.topic,
    fill.topic,
  ])
  const records = all.map(({ definition, event }) => ({
    topic: definition.topic,
    key: String(event[definition.key]),
    value: encoderFor(definition)(event),
  }))
  const half = Math.floor(records.length / 2)
  await sink.accept(records.slice(0, half))
  await sink.flush()
  await expect.poll(async () => Object.keys(await board()).length, { timeout: 30_000 }).toBeGreaterThan(0)
  expect(kill('lodestream-local-hot-metrics')).toBeGreaterThan(0)
  kill('lodestream-local-lake-landing')
  await sink.accept(records.slice(half))
  await sink.flush()
  await sink.close()

  const expected = boardOf(of(all, tick))
  await expect.poll(board, { timeout: 60_000, interval: 500 }).toEqual(expected)

  const bucket = Object.values(up.outputs).flatMap((stack) => stack.LakeBucket ?? [])[0] ?? ''
  const lake = new Bucket(bucket, `http://127.0.0.1:${localstack}`, root)
  const landed = async () => {
    if ((await lake.keys(prefixes.bronze)).length === 0) return []
    return lake.query(
      prefixes.bronze,
      'SELECT topic, count(DISTINCT event_id)::int AS ids, max(length("offset"))::int AS digits FROM rows GROUP BY 1 ORDER BY 1',
    )
  }
  const ids = (definition: { readonly name: string }) => of(all, definition).length
  await expect.poll(landed, { timeout: 60_000, interval: 2_000 }).toEqual([
    { topic: tick.topic, ids: ids(tick), digits: 56 },
    { topic: fill.topic, ids: ids(fill), digits: 56 },
  ])
})

test('the transport stays as long as there is data', async () => {
  await expect(planUp(home, { transport: 'kafka' })).rejects.toThrow(Refusal)
  await expect(planUp(home, { transport: 'kafka' })).rejects.toThrow('run lodestream down --delete-data first')
})
