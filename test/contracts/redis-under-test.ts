import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectRedis } from '#adapters/redis/connection.ts'
import { RedisHotStore } from '#adapters/redis/hot-store.ts'
import { RedisHotView } from '#adapters/redis/hot-view.ts'
import { metrics } from '#domain/metrics/metrics.ts'
import type { HotStore, HotView } from '#domain/ports.ts'
import { administer, type RedisCluster, startRedis } from '#local/engines/redis.ts'

/** A real Redis of a test's own, with the store and the view upon it. */
export interface RedisUnderTest {
  readonly cluster: RedisCluster
  readonly store: HotStore
  readonly view: HotView
  flush(): Promise<void>
  stop(): Promise<void>
}

const TOPICS = new Map([
  ['market_data_raw', 1],
  ['trades_raw', 1],
])

/** Starts Redis in a folder of its own, on free ports. */
export async function redisUnderTest(replicas = 0): Promise<RedisUnderTest> {
  const home = mkdtempSync(join(tmpdir(), 'lodestream-redis-'))
  const cluster = await startRedis({ home, replicas })
  const connection = connectRedis({ host: cluster.host, port: cluster.port, tls: false })
  return {
    cluster,
    store: new RedisHotStore(connection.redis, metrics),
    view: new RedisHotView(connection.redis, TOPICS),
    async flush() {
      const [master] = cluster.nodes
      if (master) await administer(master, (client) => client.flushall())
    },
    async stop() {
      await connection.close()
      await cluster.stop()
      rmSync(home, { recursive: true })
    },
  }
}
