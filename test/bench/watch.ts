import { Agent, get } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { checkpointKey, generationsKey } from '#adapters/redis/keys.ts'
import type { Partition } from '#domain/ports.ts'
import { wallClock } from './figures.ts'
import type { Bench } from './platform.ts'
import { nameOf, PARTITIONS } from './stretch.ts'

/** That everything before `next` was visible at `at` (wall clock, ms), and had not all been at the look before. */
export interface Sighting {
  readonly at: number
  readonly next: bigint
}

/** What was seen of each partition, by name; sightings in order. */
export type Sightings = ReadonlyMap<string, readonly Sighting[]>

/** Somebody who looks again and again until told to stop. */
export interface Watch {
  readonly seen: Sightings
  /** Offsets counted at the last look, over all partitions. */
  counted(): bigint
  /** How many times it looked. */
  readonly looks: () => number
  stop(): Promise<void>
}

/** Looks at every partition's checkpoint in Redis, past the proxy. @param every ms between two looks, default 1 */
export async function watchRedis({ redisPort }: Bench, every = 1): Promise<Watch> {
  const redis = new Redis({ port: redisPort, host: '127.0.0.1' })
  const keys = await Promise.all(
    PARTITIONS.map(async (partition) => {
      const generation = await redis.hget(generationsKey(partition), 'current')
      if (generation === null) throw new Error(`${nameOf(partition)} has no hot state yet`)
      return checkpointKey({ ...partition, generation })
    }),
  )
  return watching(
    async () => {
      const look = redis.pipeline()
      for (const key of keys) look.hget(key, 'next')
      const answers = (await look.exec()) ?? []
      return PARTITIONS.map((partition, i) => ({ partition, next: BigInt(String(answers[i]?.[1] ?? '0')) }))
    },
    every,
    async () => redis.disconnect(),
  )
}

interface Health {
  readonly topics: readonly {
    readonly freshness: { readonly partitions: readonly (Partition & { readonly next: string | null })[] }
  }[]
}

/** Asks the API for its health, one question after another. */
export async function watchApi({ api }: Bench): Promise<Watch> {
  const agent = new Agent({ keepAlive: true })
  return watching(
    async () => {
      const { topics } = JSON.parse(await bodyOf(`${api}/health`, agent)) as Health
      return topics.flatMap(({ freshness }) =>
        freshness.partitions.map((partition) => ({ partition, next: BigInt(partition.next ?? '0') })),
      )
    },
    0,
    async () => agent.destroy(),
  )
}

type Look = () => Promise<readonly { readonly partition: Partition; readonly next: bigint }[]>

async function watching(look: Look, every: number, close: () => Promise<void>): Promise<Watch> {
  const seen = new Map<string, Sighting[]>()
  let looks = 0
  let stopping = false
  const lookOnce = async () => {
    const found = await look()
    const at = wallClock()
    looks += 1
    for (const { partition, next } of found) {
      const sightings = seen.get(nameOf(partition)) ?? []
      if (sightings.at(-1)?.next !== next) sightings.push({ at, next })
      seen.set(nameOf(partition), sightings)
    }
  }
  const run = async () => {
    while (!stopping) {
      await lookOnce()
      if (every > 0) await delay(every)
    }
  }
  await lookOnce()
  const ended = run()
  // Whoever stops the watch is told of its failure; until then Node must not call it unhandled.
  ended.catch(() => undefined)
  return {
    seen,
    counted: () => seen.values().reduce((sum, sightings) => sum + (sightings.at(-1)?.next ?? 0n), 0n),
    looks: () => looks,
    async stop() {
      stopping = true
      try {
        await ended
      } finally {
        await close()
      }
    },
  }
}

function bodyOf(url: string, agent: Agent): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  get(url, { agent }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('error', reject)
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      if (response.statusCode === 200) resolve(text)
      else reject(new Error(`${url} answers ${response.statusCode}: ${text.slice(0, 300)}`))
    })
  }).on('error', reject)
  return promise
}
