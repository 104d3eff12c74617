import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject } from 'vitest'
import { KafkaLog } from '#adapters/kafka/log.ts'
import { connectRedis } from '#adapters/redis/connection.ts'
import { RedisHotView } from '#adapters/redis/hot-view.ts'
import { topics } from '#domain/events/events.ts'
import { toJson } from '#domain/events/to-zod.ts'
import type { LogRecord } from '#domain/ports.ts'
import { eventually } from '#local/process.ts'
import { decoderAt } from '#local/schema-registry.ts'
import { endpoints, repository } from '#local/state.ts'
import { statusOf } from '#local/status.ts'

const execute = promisify(execFile)

/** Every topic's partitions, as stage local has them. */
export const PARTITIONS = 4
export const TOPICS: ReadonlyMap<string, number> = new Map(topics.map((topic) => [topic, PARTITIONS]))

/** The platform that this run's tests share. */
export const home = (): string => inject('home')

/** Runs `lodestream …` against it. @returns what it wrote to standard output. @throws with what it wrote to standard error */
export async function lodestream(...words: readonly string[]): Promise<string> {
  const script = join(repository, 'bin', 'lodestream.ts')
  const env = { ...process.env, LODESTREAM_HOME: home(), CI: 'true' }
  try {
    return (await execute(process.execPath, [script, ...words], { env, maxBuffer: 2 ** 28 })).stdout
  } catch (error) {
    // With --json the reason stands in the answer.
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string }
    throw new Error(`lodestream ${words.join(' ')}: ${stderr.slice(-4_000)} ${stdout.slice(-4_000)}`, { cause: error })
  }
}

/** GETs a path of the REST API. */
export async function get<T>(path: string): Promise<T> {
  const response = await fetch(`${endpoints(home()).api}${path}`, { signal: AbortSignal.timeout(30_000) })
  if (!response.ok) throw new Error(`${path} answers ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}

/** Waits until the consumers have handled all that was acknowledged. @param within ms */
export async function caughtUp(within = 120_000): Promise<void> {
  const behind = async () => (await statusOf(home())).lags.filter(({ lag }) => lag > 0)
  const caught = await eventually(async () => (await behind()).length === 0, within)
  expect(caught, `after ${within / 1000} s: ${JSON.stringify(await behind())}`).toBe(true)
}

/** A reader of the hot store, past the API: for what the API pages. */
export async function withView<T>(work: (view: RedisHotView) => Promise<T>): Promise<T> {
  const { host, port } = endpoints(home()).redis
  const connection = connectRedis({ host, port, tls: false })
  try {
    return await work(new RedisHotView(connection.redis, TOPICS))
  } finally {
    await connection.close()
  }
}

/** All records of a topic, from its first one on. */
export async function recordsOf(topic: string): Promise<readonly LogRecord[]> {
  const log = new KafkaLog({ bootstrap: endpoints(home()).kafka })
  const records: LogRecord[] = []
  try {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      const { earliest, end } = await log.bounds({ topic, partition })
      for await (const batch of log.read({ topic, partition }, earliest, end)) records.push(...batch)
    }
  } finally {
    await log.close()
  }
  return records
}

/** Those events of a topic that `wanted` keeps, in their JSON form with their place in the log. */
export async function eventsOf(topic: string, wanted: (event: Record<string, unknown>) => boolean) {
  const { events } = await decoderAt(home())(await recordsOf(topic))
  return events
    .map(({ event, record }) => ({ ...toJson(event), partition: record.partition, offset: Number(record.offset) }))
    .filter(wanted)
}

/** Kills a process of a function, `lambda-hot-metrics`, as a machine that fails would. @returns how many: one, or none where none runs */
export async function killOne(name: string, random: () => number): Promise<number> {
  const running = (await statusOf(home())).engines.filter((engine) => engine.name === name)
  const victim = running[Math.floor(random() * running.length)]
  if (!victim?.pid) return 0
  try {
    process.kill(victim.pid, 'SIGKILL')
    return 1
  } catch (error) {
    // It had ended by itself meanwhile.
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return 0
    throw error
  }
}
