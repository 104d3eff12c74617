import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createCollector } from '#lambdas/collector/app.ts'
import { DuckLake } from './duck-lake.ts'
import type { Market } from './market.ts'
import { apiOver, smallMarket } from './small-market.ts'

type Schema = Readonly<Record<string, unknown>>

const Parameter = z.strictObject({
  name: z.string(),
  in: z.enum(['path', 'query']),
  required: z.boolean().optional(),
  description: z.string().min(1),
  schema: z.record(z.string(), z.unknown()),
  example: z.unknown().optional(),
})
const Answer = z.strictObject({
  description: z.string().min(1),
  content: z.record(z.string(), z.strictObject({ schema: z.record(z.string(), z.unknown()) })),
})
const Body = z.strictObject({
  required: z.literal(true),
  content: z.record(z.string(), z.strictObject({ schema: z.record(z.string(), z.unknown()) })),
})
const Operation = z.strictObject({
  operationId: z.string().regex(/^[a-z][A-Za-z]+$/),
  tags: z.array(z.string()).length(1),
  summary: z.string().min(1),
  description: z.string().min(1),
  parameters: z.array(Parameter).optional(),
  responses: z.record(z.string().regex(/^[2-5]\d\d$/), Answer),
})
/** What OpenAPI 3.1 allows of what the API needs: strict, so that anything odd is seen. */
const OpenApi = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(z.strictObject({ url: z.string(), description: z.string() })),
  tags: z.array(z.strictObject({ name: z.string(), description: z.string() })),
  paths: z.record(
    z.string().startsWith('/'),
    z.strictObject({ get: Operation.optional(), post: Operation.extend({ requestBody: Body }).optional() }),
  ),
  webhooks: z.strictObject({}),
  components: z.strictObject({
    schemas: z.record(z.string(), z.record(z.string(), z.unknown())),
    parameters: z.strictObject({}),
  }),
})

const GOLDEN = `
insert into lodestream_local_gold.ohlc_daily values ('BTCUSDT', '2026-01-04', 1, 2, 1, 2, 3, 4, 1.33333333, 5);
insert into lodestream_local_ops.runs values
  ('r1', 'gold.ohlc_daily', '2026-01-04', 'published', '2026-01-05T08:00:00.000Z', '2026-01-05T08:00:09.000Z', 1, 0, 0, 5,
    '[{"rule":"volume > 0","rows":1}]', null, 'published 1 row', 'arn:x', '2026-01-05');
insert into lodestream_local_ops.quarantine values
  ('2026-01-05 10:00:00', '2026-01-05 10:00:00', 'trades_raw', 0, '7', 'decode', 'malformed', 'no', 'AA==', null, '2026-01-05');
`

let market: Market
let lake: DuckLake
let document: z.infer<typeof OpenApi>

beforeAll(async () => {
  market = await smallMarket()
  lake = await DuckLake.open()
  await lake.run(GOLDEN)
  const { app } = apiOver(market.store)
  document = OpenApi.parse(await (await app.request('/openapi.json')).json())
})

/** The routes that only read, which this function answers. */
const reads = () =>
  Object.entries(document.paths).flatMap(([path, { get }]) => (get === undefined ? [] : [{ path, get }]))

/** A validator of a schema of the document, with what it refers to. */
function validatorOf(schema: Schema): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas })
  return z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')))
}

/** Everything in a JSON value that is called so. */
function everyOf(value: unknown, name: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, held]) => [...(key === name ? [held] : []), ...everyOf(held, name)])
}

describe('the document', () => {
  test('refers only to what it has', () => {
    const names = everyOf(document, '$ref').map((ref) => String(ref).replace('#/components/schemas/', ''))
    expect(new Set(names)).toEqual(new Set(Object.keys(document.components.schemas)))
  })

  test('describes each parameter of a path as required, and no other', () => {
    for (const { path, get } of reads()) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
      const required = get.parameters?.filter((one) => one.required).map(({ name }) => name) ?? []
      expect(required, path).toEqual(named)
      expect(get.parameters?.filter((one) => one.in === 'path').map(({ name }) => name) ?? [], path).toEqual(named)
    }
  })

  test('bounds every whole number that it takes', () => {
    const numbers = reads()
      .flatMap(({ get }) => get.parameters ?? [])
      .filter(({ schema }) => schema.type === 'integer')
    expect(numbers.length).toBeGreaterThan(3)
    for (const { schema } of numbers)
      expect(schema).toMatchObject({ minimum: 1, maximum: expect.any(Number), default: expect.any(Number) })
  })

  test('has every route of the app', () => {
    const routes = apiOver(market.store)
      .app.routes.filter(({ method }) => method === 'GET')
      .map(({ path }) => path)
    const described = reads().map(({ path }) => path.replaceAll(/\{(\w+)\}/g, ':$1'))
    expect(new Set(routes)).toEqual(new Set([...described, '/docs', '/docs.css', '/openapi.json']))
  })
})

describe('every route answers as it is described', () => {
  test.each([
    ['/health', '/health', 200],
    ['/prices/latest', '/prices/latest', 200],
    ['/prices/{symbol}', '/prices/BTCUSDT', 200],
    ['/prices/{symbol}', '/prices/NONE', 404],
    ['/prices/{symbol}', '/prices/BTCUSDT?hours=0', 400],
    ['/ohlc/{symbol}', '/ohlc/BTCUSDT?interval=15m', 200],
    ['/portfolio', '/portfolio', 200],
    ['/portfolio/{account}', '/portfolio/alpha', 200],
    ['/portfolio/{account}', '/portfolio/beta', 200],
    ['/live', '/live', 200],
    ['/live/{metric}/{entity}', '/live/ohlc/BTCUSDT?limit=3', 200],
    ['/live/{metric}/{entity}', '/live/position/alpha', 200],
    ['/live/{metric}/{entity}', '/live/lag/trades_raw', 200],
    ['/live/{metric}/{entity}', '/live/active_positions/all', 200],
    ['/live/{metric}/{entity}', '/live/none/x', 404],
    ['/ohlc/{symbol}', '/ohlc/BTCUSDT?interval=1d', 200],
    ['/ohlc/{symbol}', '/ohlc/NONE?interval=1d', 404],
    ['/runs', '/runs', 200],
    ['/lake/freshness', '/lake/freshness', 200],
    ['/quarantine', '/quarantine', 200],
    ['/quarantine', '/quarantine?days=0', 400],
  ])('%s: %s', async (path, asked, status) => {
    const answer = await apiOver(market.store, lake).app.request(asked)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const content = document.paths[path]?.get?.responses[String(status)]?.content ?? {}
    const type = answer.headers.get('content-type') ?? ''
    const schema = content[type.split(';')[0] ?? '']?.schema
    expect(schema, `${path} says nothing of ${type}`).toBeDefined()
    const result = validatorOf(schema ?? {}).safeParse(await answer.json())
    expect(result.error?.issues ?? []).toEqual([])
  })

  test('a field that is not described would be seen', async () => {
    const schema = document.paths['/portfolio']?.get?.responses['200']?.content['application/json']?.schema ?? {}
    const answer = await (await apiOver(market.store).app.request('/portfolio')).json()
    expect(validatorOf(schema).safeParse({ ...Object(answer), more: 1 }).success).toBe(false)
  })
})

describe('POST /events, which another function answers', () => {
  const view = {
    ...{ type: 'page_view', schema_version: 'v1', idempotency_key: 'k', user_id: 'u', device: 'mobile_ios_app' },
    ...{ viewed_at: Date.UTC(2026, 10, 20), path: '/pricing' },
  }
  const described = () => document.paths['/events']?.post

  test.each([
    [202, [view, { ...view, unheard: 1 }, {}]],
    [422, [{}]],
    [400, []],
  ])('answers %s as it is described', async (status, body) => {
    const app = createCollector({
      tokeniser: async () => () => 'a'.repeat(64),
      handOver: async () => undefined,
      now: () => Date.UTC(2026, 10, 20),
      log: { info: () => undefined, error: () => undefined },
    })
    const headers = { 'content-type': 'application/json' }
    const answer = await app.request('/events', { method: 'POST', headers, body: JSON.stringify(body) })
    expect(answer.status).toBe(status)
    const type = answer.headers.get('content-type') ?? ''
    const schema = described()?.responses[String(status)]?.content[type]?.schema
    expect(schema, `nothing is said of ${type}`).toBeDefined()
    expect(validatorOf(schema ?? {}).safeParse(await answer.json()).error?.issues ?? []).toEqual([])
  })

  test('takes what is described, one or many, and nothing else', () => {
    const validator = validatorOf(described()?.requestBody.content['application/json']?.schema ?? {})
    for (const body of [view, [view, view]]) expect(validator.safeParse(body).error?.issues ?? []).toEqual([])
    for (const body of [{ ...view, type: 'tick' }, [{ ...view, device: 'abacus' }]])
      expect(validator.safeParse(body).success).toBe(false)
  })
})

describe('the document for people', () => {
  test('names every route, parameter and shape, without a script, and works behind a base path', async () => {
    const { app } = apiOver(market.store)
    const page = await (await app.request('/api/docs')).text()
    for (const { path, get } of reads()) {
      expect(page).toContain(`<code>${path}</code>`)
      for (const { name } of get.parameters ?? []) expect(page).toContain(`<code>${name}</code>`)
    }
    for (const name of Object.keys(document.components.schemas)) expect(page).toContain(`id="shape-${name}"`)
    expect(page).not.toMatch(/<script|style=|https?:\/\/(?!127)/)
    for (const [, link = ''] of page.matchAll(/href="(?!data:)([^"#]+)"/g)) {
      const { pathname } = new URL(link, 'http://host/api/docs')
      expect((await app.request(pathname)).status, link).toBe(200)
    }
    for (const [, anchor = ''] of page.matchAll(/href="#([^"]+)"/g)) expect(page).toContain(`id="${anchor}"`)
  })
})
