/**
 * Where the processor's time goes on the hot path: the hot-metrics handler's own steps in one process, over events as
 * the event source delivers them, against a Redis and its proxy of their own, under V8's sampling profiler.
 * `node test/bench/profile.ts <home of the platform> <stretches>`
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deliveriesOf } from '#adapters/event-sources/log-records.ts'
import type { LogRecord } from '#domain/ports.ts'
import { updateHotMetrics } from '#lambdas/hot-metrics/update-hot-metrics.ts'
import { wireHotMetrics } from '#lambdas/hot-metrics/wiring.ts'
import { startRedis } from '#local/engines/redis.ts'
import { decoderAt } from '#local/schema-registry.ts'
import { endpoints } from '#local/state.ts'
import { runChild } from './child.ts'
import { load, rounded } from './figures.ts'
import type { Bench } from './platform.ts'
import { selfTimes } from './self-times.ts'
import { ofWord, recordsOf, type Stretch, toWord } from './stretch.ts'

/** What the hot path costs in one process. */
export interface Profile {
  readonly events: number
  readonly eventsPerSecond: number
  readonly load: number
  /** Share of the busy time by kind of work, in %, the largest first. */
  readonly kinds: readonly { readonly kind: string; readonly percent: number }[]
  /** The functions that took most themselves. */
  readonly functions: readonly { readonly name: string; readonly percent: number }[]
}

const BATCH = 1_000
const SAMPLE_EVERY_US = 500
/** Run before the profile begins, so that it shows compiled code. */
const WARM_UP_BATCHES = 16

/** Profiles it over these stretches of the platform's log. */
export const measureProfile = ({ home }: Bench, stretches: readonly Stretch[]): Promise<Profile> =>
  runChild<Profile>(fileURLToPath(import.meta.url), home, toWord(stretches))

async function run(platform: string, stretches: readonly Stretch[]): Promise<Profile> {
  const { kafka } = endpoints(platform)
  const records = await Promise.all(stretches.map((stretch) => recordsOf(kafka, stretch)))
  const texts = inTurn(records.map((all) => cut(all).map(asEvent)))
  const events = records.reduce((sum, all) => sum + all.length, 0)
  const home = mkdtempSync(join(tmpdir(), 'lodestream-bench-'))
  const redis = await startRedis({ home })
  const { connection, outside: wired } = wireHotMetrics({
    REDIS_HOST: redis.host,
    REDIS_PORT: `${redis.port}`,
    REDIS_TLS: 'false',
  })
  const outside = { ...wired, decode: decoderAt(platform) }
  const session = new Session()
  try {
    const handle = async (text: string) => {
      for (const { topic, partition, records, contiguous } of deliveriesOf(JSON.parse(text))) {
        await updateHotMetrics({ topic, partition }, records, contiguous, outside)
      }
    }
    for (const text of texts.slice(0, WARM_UP_BATCHES)) await handle(text)
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US })
    await session.post('Profiler.start')
    const begun = performance.now()
    for (const text of texts.slice(WARM_UP_BATCHES)) await handle(text)
    const seconds = (performance.now() - begun) / 1_000
    const { profile } = await session.post('Profiler.stop')
    const warm = texts.slice(0, WARM_UP_BATCHES).reduce((sum, text) => sum + recordsIn(text), 0)
    return {
      events: events - warm,
      eventsPerSecond: rounded((events - warm) / seconds),
      load: load(),
      ...selfTimes(profile),
    }
  } finally {
    session.disconnect()
    await connection.close()
    await redis.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

const recordsIn = (text: string): number =>
  deliveriesOf(JSON.parse(text)).reduce((n, { records }) => n + records.length, 0)

const cut = (records: readonly LogRecord[]): readonly (readonly LogRecord[])[] =>
  Array.from({ length: Math.ceil(records.length / BATCH) }, (_, i) => records.slice(i * BATCH, (i + 1) * BATCH))

/** One of each in turn, as the partitions' pollers deliver. */
function inTurn<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat()
}

function asEvent(records: readonly LogRecord[]): string {
  const [first] = records
  return JSON.stringify({
    eventSource: 'aws:kafka',
    records: {
      [`${first?.topic}-${first?.partition}`]: records.map(({ topic, partition, offset, appendedAt, value }) => ({
        topic,
        partition,
        offset: Number(offset),
        timestamp: appendedAt,
        timestampType: 'LOG_APPEND_TIME',
        value: Buffer.from(value).toString('base64'),
        headers: [],
      })),
    },
  })
}

if (import.meta.main) {
  const [platform = '', word = '[]'] = process.argv.slice(2)
  process.stdout.write(JSON.stringify(await run(platform, ofWord(word))))
}
