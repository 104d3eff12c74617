import { z } from '@hono/zod-openapi'
import { fill } from '#domain/events/fill.ts'
import { activePositions } from '#domain/metrics/active-positions.ts'
import { type Bucket, rollUp } from '#domain/metrics/bucket.ts'
import { type Metric, PERIOD_MS, periodStart } from '#domain/metrics/define-metric.ts'
import { metricNamed, metrics } from '#domain/metrics/metrics.ts'
import type { HotView } from '#domain/ports.ts'
import { FreshnessJson, freshnessOf } from '../freshness.ts'
import { latestPrices } from '../market.ts'
import { badParameter, INTERVALS, KEPT_MINUTES, nameInPath, timeInQuery, wholeNumber } from '../parameters.ts'
import { positionsOf } from '../positions.ts'
import { Problem, unknown } from '../problems.ts'
import { getRoute, newRoutes, type Service } from '../service.ts'
import { Instant, iso, readingJson } from '../wire.ts'

/** What can be asked of `/live` besides the registered metrics: figures over all entities, or of the pipeline itself. */
const derived = [
  {
    name: 'active_positions',
    doc: 'Open positions over all accounts: how many, how many of them long and short, and in how many accounts.',
    by: ['all'],
    every: 'forever',
  },
  {
    name: 'lag',
    doc: "How fresh each partition of a topic is, with the pipeline's delay in ms.",
    by: ['topic'],
    every: 'forever',
  },
] as const

/** The lengths that readings roll up to, ms. */
const LENGTHS = { ...INTERVALS, '1d': PERIOD_MS.day } as const

const Period = z.enum(['minute', 'hour', 'day', 'forever'])

const listing = getRoute({
  path: '/live',
  operationId: 'listMetrics',
  tag: 'Live',
  summary: 'Every live metric, with what it means',
  description: '`by` names the values of an entity, in their order; `every` is the period of one reading.',
  request: { query: z.strictObject({}) },
  answer: z
    .strictObject({
      metrics: z.array(z.strictObject({ name: z.string(), doc: z.string(), by: z.array(z.string()), every: Period })),
      freshness: FreshnessJson,
    })
    .openapi('Metrics'),
})

const reading = getRoute({
  path: '/live/{metric}/{entity}',
  operationId: 'getReadings',
  tag: 'Live',
  summary: 'The readings of any live metric for an entity',
  description:
    "The entity is the values of the metric's `by` fields in their order, joined by commas, such as `position/alpha,BTCUSDT`; a comma within a value is written %2C. Of a `forever` metric, all values but the last may be given, such as `position/alpha`: it answers with every entity below. Of any other, the newest readings are given, oldest first. Also `active_positions/all`, and `lag/{topic}` with each partition under `freshness`.",
  request: {
    params: z.object({
      metric: nameInPath('metric', 'Its name, from `/live`.', 'latest_price'),
      entity: nameInPath('entity', 'Values of the `by` fields, joined by commas.', 'BTCUSDT'),
    }),
    query: z.strictObject({
      interval: z.enum(['1m', '5m', '15m', '1h', '1d']).optional().openapi({
        description: "Length of a reading: the metric's period, which is the default, or a multiple of it.",
      }),
      limit: wholeNumber('At most so many readings, the newest; a `forever` metric has one.', 1, KEPT_MINUTES, 1),
      to: timeInQuery('Only periods that begin before this time.'),
    }),
  },
  answer: z
    .strictObject({
      metric: z.string(),
      readings: z.array(
        z.strictObject({
          entity: z.record(z.string(), z.string()).openapi({ description: 'Values by field.' }),
          start_at: Instant.nullable().openapi({ description: 'Start of the period; null for `forever`.' }),
          reading: z.unknown().openapi({ description: 'As the metric says: decimals are text, counts are numbers.' }),
        }),
      ),
      freshness: FreshnessJson,
    })
    .openapi('Readings'),
})

/** GET /live and /live/{metric}/{entity}. */
export function liveRoutes(service: Service) {
  const { view, topics } = service
  return newRoutes()
    .openapi(listing, async (c) => {
      const registered = metrics.map(({ name, doc, by, every }) => ({ name, doc, by: [...by], every }))
      const others = derived.map(({ by, ...rest }) => ({ ...rest, by: [...by] }))
      return c.json({ metrics: [...registered, ...others], freshness: await freshnessOf(view, topics) }, 200)
    })
    .openapi(reading, async (c) => {
      const { metric: name, entity: whole } = c.req.valid('param')
      const { interval, limit, to } = c.req.valid('query')
      if (name === 'active_positions') return c.json(await activeNow(service, whole), 200)
      if (name === 'lag') return c.json(await lagOf(service, whole), 200)
      const metric = metricNamed(name)
      if (metric === undefined)
        throw unknown(
          'metric',
          name,
          [...metrics, ...derived].map((one) => one.name),
        )
      // The path still holds %2C where a value has a comma; the parsed parameter no longer does.
      const entity = entityOf(metric, c.req.path.slice(c.req.path.lastIndexOf('/') + 1), whole)
      const length = lengthOf(metric, interval)
      const buckets = await bucketsOf(service, metric, entity, { length, limit, to })
      if (buckets.length === 0) throw await nothingThere(service, metric, whole)
      return c.json(
        {
          metric: name,
          readings: readingsOf(metric, buckets, length).slice(metric.every === 'forever' ? 0 : -limit),
          freshness: await freshnessOf(view, topicsOf(metric, entity, topics)),
        },
        200,
      )
    })
}

async function activeNow({ view }: Service, entity: string) {
  if (entity !== 'all') throw unknown('entity of active_positions', entity, ['all'])
  return {
    metric: 'active_positions',
    readings: [{ entity: {}, start_at: null, reading: readingJson(activePositions(await positionsOf(view))) }],
    freshness: await freshnessOf(view, [fill.topic]),
  }
}

async function lagOf({ view, topics }: Service, topic: string) {
  if (!topics.includes(topic)) throw unknown('topic', topic, topics)
  const freshness = await freshnessOf(view, [topic], true)
  const { as_of, lag_ms } = freshness
  return { metric: 'lag', readings: [{ entity: { topic }, start_at: null, reading: { as_of, lag_ms } }], freshness }
}

/** The values of the metric's `by` fields. @throws Problem 400 where their number is wrong. */
function entityOf({ name, by, every }: Metric, encoded: string, decoded: string): readonly string[] {
  if (by.length === 0 && decoded === 'all') return []
  const values = encoded.split(',').map(decodeURIComponent)
  const least = every === 'forever' ? Math.max(1, by.length - 1) : by.length
  if (values.length >= least && values.length <= by.length) return values
  const reason =
    by.length === 0 ? 'has to be all' : `of ${name} is ${by.join(',')}: ${by.length} values joined by commas`
  throw new Problem(400, 'bad-parameters', `entity ${reason}.`, {
    parameters: [{ name: 'entity', in: 'path', reason }],
  })
}

/** Length of a reading, ms. @throws Problem 400 where periods of the metric do not add up to that interval */
function lengthOf({ name, every }: Metric, interval: keyof typeof LENGTHS | undefined): number {
  const period = every === 'forever' ? undefined : PERIOD_MS[every]
  if (interval === undefined) return period ?? 1
  if (period === undefined) throw badParameter('interval', `is none of ${name}, which has one reading`)
  if (LENGTHS[interval] % period !== 0) throw badParameter('interval', `is no multiple of a ${every}, as ${name} needs`)
  return LENGTHS[interval]
}

/** Buckets of the newest whole readings; none of a reading of which some may be kept no longer. */
async function bucketsOf(
  { view, now }: Service,
  metric: Metric,
  entity: readonly string[],
  { length, limit, to }: { readonly length: number; readonly limit: number; readonly to: number | undefined },
) {
  if (metric.every === 'forever')
    return entity.length < metric.by.length ? view.readAll(metric, { group: entity }) : view.read(metric, entity, 0, 1)
  const newest = (await newestOf(view, metric, entity)) ?? now()
  const end = Math.min(to ?? newest, newest)
  const last = periodStart(metric.every, end - 1) + PERIOD_MS[metric.every]
  const from = last - Math.min(limit * length, KEPT_MINUTES * PERIOD_MS.minute)
  return view.read(metric, entity, Math.max(0, Math.ceil(from / length) * length), last)
}

/** The end of a window that shows what was recorded long ago: just after the newest trade, for metrics of symbols. */
async function newestOf(view: HotView, { by }: Metric, entity: readonly string[]): Promise<number | undefined> {
  const symbol = entity[(by as readonly string[]).indexOf('symbol')]
  if (symbol === undefined) return undefined
  const newest = (await latestPrices(view)).get(symbol)
  return newest === undefined ? undefined : newest.traded_at + 1
}

function readingsOf(metric: Metric, buckets: readonly Bucket[], length: number) {
  const byEntity = Map.groupBy(buckets, ({ entity }) => entity.join('\n'))
  return [...byEntity]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, held]) => {
      const entity = Object.fromEntries(metric.by.map((field, i) => [field, held[0]?.entity[i] ?? '']))
      return [...rollUp(metric, held, length)]
        .sort(([a], [b]) => a - b)
        .map(([start, value]) => ({
          entity,
          start_at: metric.every === 'forever' ? null : iso(start),
          reading: readingJson(value),
        }))
    })
}

/** The 404, with what exists: symbols for what is kept by symbol, otherwise the entities that have any reading now. */
async function nothingThere({ view, now }: Service, metric: Metric, entity: string): Promise<Problem> {
  if (metric.every !== 'forever' && (metric.by as readonly string[]).includes('symbol'))
    return unknown(`entity of ${metric.name}`, entity, [...(await latestPrices(view)).keys()])
  const within = { from: now() - KEPT_MINUTES * PERIOD_MS.minute, to: now() + 1 }
  const held = await view.readAll(metric, metric.every === 'forever' ? {} : within)
  const entities = held.map((bucket) => bucket.entity.map(encodeURIComponent).join(',') || 'all')
  return unknown(`entity of ${metric.name}`, entity, [...new Set(entities)])
}

/** The topics that a metric counts; those of what happens within the hot path itself are the ones it handles. */
function topicsOf(metric: Metric, entity: readonly string[], topics: readonly string[]): readonly string[] {
  const own = topics.filter((topic) => metric.of.some((definition) => definition.topic === topic))
  if (own.length > 0) return own
  const named = topics.filter((topic) => topic === entity[0])
  return named.length > 0 ? named : topics
}
