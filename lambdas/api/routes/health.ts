import { z } from '@hono/zod-openapi'
import { FreshnessJson, summarise } from '../freshness.ts'
import { Problem } from '../problems.ts'
import { getRoute, newRoutes, type Service } from '../service.ts'

const route = getRoute({
  path: '/health',
  operationId: 'getHealth',
  tag: 'Operation',
  summary: 'Whether the API can answer, and how fresh each topic is',
  description:
    'Asks the live store. 503 where it does not answer. `degraded`: it answers, but a topic is stale, so that figures may be wrong until it is rebuilt. `venues`: whether the feeds hear the real venues, or servers that stand in for them.',
  request: { query: z.strictObject({}) },
  answer: z
    .strictObject({
      status: z.enum(['ok', 'degraded']),
      stage: z.string(),
      venues: z.enum(['real', 'stand-in']),
      dependencies: z.record(z.string(), z.strictObject({ state: z.enum(['up', 'down']), answered_in_ms: z.number() })),
      topics: z.array(z.strictObject({ topic: z.string(), freshness: FreshnessJson })),
      freshness: FreshnessJson,
    })
    .openapi('Health'),
})

/** GET /health. */
export function healthRoutes({ view, topics, stage, venues, now }: Service) {
  return newRoutes().openapi(route, async (c) => {
    const asked = now()
    const redis = (state: 'up' | 'down') => ({ redis: { state, answered_in_ms: now() - asked } })
    try {
      const read = await Promise.all(topics.map(async (topic) => ({ topic, partitions: await view.freshness(topic) })))
      const each = read.map(({ topic, partitions }) => ({ topic, freshness: summarise(partitions, true) }))
      const freshness = summarise(read.flatMap(({ partitions }) => partitions))
      const status = freshness.state === 'fresh' ? ('ok' as const) : ('degraded' as const)
      return c.json({ status, stage, venues, dependencies: redis('up'), topics: each, freshness }, 200)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const { status, kind, message } = error
      const problem = new Problem(status, kind, message, { dependencies: redis('down') })
      problem.cause = error.cause
      throw problem
    }
  })
}
