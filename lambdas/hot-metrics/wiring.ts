import { hash, randomBytes } from 'node:crypto'
import { connectRedis, redisConfigOf } from '#adapters/redis/connection.ts'
import { newToken, RedisHotStore } from '#adapters/redis/hot-store.ts'
import { decoderFrom } from '#adapters/schema-registry/from-environment.ts'
import { shapeOf } from '#domain/metrics/define-metric.ts'
import { byEventType } from '#domain/metrics/fold.ts'
import { metrics } from '#domain/metrics/metrics.ts'
import type { HotMetrics } from './update-hot-metrics.ts'

/** What the hot path's functions are made of, built once a container. @throws Refusal where the environment is wrong. */
export function wireHotMetrics(environment: Readonly<Record<string, string | undefined>>) {
  const connection = connectRedis(redisConfigOf(environment))
  const outside: HotMetrics = {
    hotStore: new RedisHotStore(connection.redis, metrics),
    metrics: new Map(metrics.map((metric) => [metric.name, metric])),
    metricsOf: byEventType(metrics),
    shape: hash('sha256', shapeOf(metrics)).slice(0, 16),
    decode: decoderFrom(environment),
    now: Date.now,
    newToken,
    newGeneration: () => `${Date.now()}-${randomBytes(3).toString('hex')}`,
    warm: new Map(),
  }
  return { connection, outside }
}
