import { eventually } from '#local/process.ts'
import { decoderAt } from '#local/schema-registry.ts'
import { load, rounded, type Spread, spreadOf } from './figures.ts'
import type { Bench } from './platform.ts'
import { send } from './send.ts'
import { ends, nameOf, recordsOf, since } from './stretch.ts'
import { type Sighting, watchApi, watchRedis } from './watch.ts'

/** How long events took at one rate, from the moment at which each was scheduled: open loop, nothing omitted. */
export interface Latency {
  readonly eventsPerSecond: number
  /** Whether the API was asked back to back meanwhile, which costs the platform something itself. */
  readonly asked: boolean
  readonly load: number
  readonly toLog: Spread
  readonly logToRedis: Spread
  readonly toRedis: Spread
  readonly toApi?: Spread
  readonly redisToApi?: Spread
  /** ms between two answers of the API, on average. */
  readonly answerEvery?: number
}

const WARM_UP_MS = 5_000
const SECONDS = 15
const PATIENCE_MS = 60_000

/** Sends at a rate for 15 s after a warm-up of 5 s, and times each event on its way to where it is visible. */
export async function measureLatency(bench: Bench, eventsPerSecond: number, asked: boolean): Promise<Latency> {
  const before = await ends(bench.kafka)
  const redis = await watchRedis(bench)
  const api = asked ? await watchApi(bench) : undefined
  const begunAt = performance.now()
  const events = eventsPerSecond * (WARM_UP_MS / 1_000 + SECONDS)
  const { begun } = await send({ home: bench.home, eventsPerSecond, events, speed: 1 })
  const stretches = await since(bench.kafka, before)
  const end = stretches.reduce((sum, { to }) => sum + to, 0n)
  const watches = api === undefined ? [redis] : [redis, api]
  const visible = await eventually(() => watches.every((watch) => watch.counted() >= end), PATIENCE_MS)
  const answerEvery = api && (performance.now() - begunAt) / api.looks()
  await Promise.all(watches.map((watch) => watch.stop()))
  if (!visible) throw new Error(`not all of ${events} events became visible within ${PATIENCE_MS / 1_000} s`)
  const measuredLoad = load()

  const [toLog, logToRedis, toRedis, toApi, redisToApi]: number[][] = [[], [], [], [], []]
  for (const stretch of stretches) {
    const { events: decoded } = await decoderAt(bench.home)(await recordsOf(bench.kafka, stretch))
    const inRedis = finder(redis.seen.get(nameOf(stretch)) ?? [])
    const atApi = finder(api?.seen.get(nameOf(stretch)) ?? [])
    for (const { at, record } of decoded) {
      if (at < begun + WARM_UP_MS) continue
      const stored = inRedis(record.offset)
      toLog?.push(record.appendedAt - at)
      logToRedis?.push(stored - record.appendedAt)
      toRedis?.push(stored - at)
      if (api === undefined) continue
      const answered = atApi(record.offset)
      toApi?.push(answered - at)
      redisToApi?.push(answered - stored)
    }
  }
  return {
    eventsPerSecond,
    asked,
    load: measuredLoad,
    toLog: spreadOf(toLog ?? []),
    logToRedis: spreadOf(logToRedis ?? []),
    toRedis: spreadOf(toRedis ?? []),
    ...(answerEvery === undefined
      ? {}
      : { toApi: spreadOf(toApi ?? []), redisToApi: spreadOf(redisToApi ?? []), answerEvery: rounded(answerEvery) }),
  }
}

/** Says when an offset was first covered; offsets have to be asked for in their order. */
function finder(sightings: readonly Sighting[]): (offset: bigint) => number {
  let i = 0
  return (offset) => {
    while ((sightings[i]?.next ?? offset + 1n) <= offset) i += 1
    const sighting = sightings[i]
    if (sighting === undefined) throw new Error(`offset ${offset} was never seen counted`)
    return sighting.at
  }
}
