import { Logger } from '@aws-lambda-powertools/logger'
import type { Context } from 'aws-lambda'
import { handle, type LambdaEvent } from 'hono/aws-lambda'
import { AthenaLake } from '#adapters/athena/athena-lake.ts'
import { connectRedis, redisConfigOf } from '#adapters/redis/connection.ts'
import { RedisHotView } from '#adapters/redis/hot-view.ts'
import type { HotView } from '#domain/ports.ts'
import { topicsOf } from '#domain/topics.ts'
import { createApp } from './app.ts'

const logger = new Logger({ serviceName: 'api' })
const topics = topicsOf(process.env.TOPICS)
const connection = connectRedis(redisConfigOf(process.env))
const stored = new RedisHotView(connection.redis, topics)

/** The store's view, admitted anew where the container has slept: a failure there is the store's silence, a 503. */
const view: HotView = {
  read: async (...what) => {
    await connection.refresh()
    return stored.read(...what)
  },
  readAll: async (...what) => {
    await connection.refresh()
    return stored.readAll(...what)
  },
  freshness: async (topic) => {
    await connection.refresh()
    return stored.freshness(topic)
  },
}

/** After this nobody waits for a statement any more: it is stopped, and costs no more. */
const LAKE_PATIENCE_MS = 25_000
const workgroup = process.env.WORKGROUP
const lake = workgroup ? new AthenaLake({ workgroup, patience: LAKE_PATIENCE_MS }) : undefined

const app = createApp({
  view,
  lake,
  now: Date.now,
  topics: [...topics.keys()],
  stage: process.env.STAGE ?? 'local',
  venues: process.env.VENUES === 'stand-in' ? 'stand-in' : 'real',
  log: logger,
})
const answer = handle(app)

/** Answers a request of the REST API's proxy. */
export async function handler(event: LambdaEvent, context: Context) {
  logger.addContext(context)
  // A body means nothing on GET, and the adapter's Request would not be made with one.
  return answer({ ...event, body: null }, context)
}
