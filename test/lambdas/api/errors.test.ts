import { beforeAll, describe, expect, test, vi } from 'vitest'
import type { HotView } from '#domain/ports.ts'
import { answeringView } from '#lambdas/api/answering-view.ts'
import { ProblemJson } from '#lambdas/api/problem-json.ts'
import type { Market } from './market.ts'
import { apiOver, smallMarket } from './small-market.ts'

let market: Market
beforeAll(async () => {
  market = await smallMarket()
})

async function problemAt(path: string, view: HotView = market.store, init: RequestInit = {}) {
  const { app, lines } = apiOver(view)
  const answer = await app.request(path, init)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const problem = ProblemJson.parse(await answer.json())
  expect(problem.status).toBe(answer.status)
  expect(answer.headers.get('x-correlation-id')).toBe(problem.correlation_id)
  expect(lines).toHaveLength(1)
  expect(lines[0]?.[2]).toMatchObject({ correlation_id: problem.correlation_id, status: answer.status })
  return problem
}

describe('404 says what exists nearby', () => {
  test.each([
    ['/prices/BTCUSD', ['BTCUSDT', 'ETHUSDT', 'DOGEUSDT'], /symbol “BTCUSD”/],
    ['/ohlc/ethusd', ['ETHUSDT', 'BTCUSDT', 'DOGEUSDT'], /symbol “ethusd”/],
    ['/portfolio/gama', ['gamma', 'beta', 'alpha'], /account “gama”/],
    ['/live/latest_prices/BTCUSDT', ['latest_price'], /metric “latest_prices”/],
    ['/live/latest_price/BTC', ['BTCUSDT'], /entity of latest_price “BTC”/],
    ['/live/position/alpha,BTC', ['alpha,BTCUSDT'], /entity of position “alpha,BTC”/],
    ['/live/ohlc/BTC', ['BTCUSDT'], /entity of ohlc “BTC”/],
    ['/live/active_positions/alpha', ['all'], /entity of active_positions/],
    ['/live/lag/trades', ['trades_raw'], /topic “trades”/],
    ['/pricez/latest', ['/prices/latest'], /no route \/pricez\/latest/],
    ['/', ['/docs'], /no route \//],
  ])('%s', async (path, nearby, detail) => {
    const problem = await problemAt(path)
    expect(problem).toMatchObject({ status: 404, type: 'urn:lodestream:unknown', instance: path })
    expect(problem.nearby?.slice(0, nearby.length)).toEqual(nearby)
    expect(problem.detail).toMatch(detail)
  })
})

describe('400 names every bad parameter', () => {
  test.each([
    ['/prices/BTCUSDT?limit=0', ['limit']],
    ['/prices/BTCUSDT?limit=1561&hours=27', ['limit', 'hours']],
    ['/prices/BTCUSDT?limit=1.5', ['limit']],
    ['/prices/BTCUSDT?limit=ten', ['limit']],
    ['/prices/BTCUSDT?limit=', ['limit']],
    ['/prices/latest?limit=1', ['limit']],
    ['/ohlc/BTCUSDT?interval=2h&limit=-1&to=yesterday', ['interval', 'limit', 'to']],
    ['/ohlc/BTCUSDT?to=2026-01-05', ['to']],
    ['/ohlc/BTCUSDT?intervall=1m', ['intervall']],
    [`/ohlc/${'x'.repeat(257)}`, ['symbol']],
    ['/portfolio/a%00b', ['account']],
    ['/live/position/alpha,BTCUSDT,x', ['entity']],
    ['/live/ohlc/BTCUSDT?limit=1e9', ['limit']],
    ['/live/ohlc_hourly/BTCUSDT?interval=5m', ['interval']],
    ['/live/latest_price/BTCUSDT?interval=1h', ['interval']],
    ['/live/latest_price/BTCUSDT?to=0', ['to']],
    ['/health?deep=1', ['deep']],
  ])('%s', async (path, names) => {
    const problem = await problemAt(path)
    expect(problem).toMatchObject({ status: 400, type: 'urn:lodestream:bad-parameters' })
    expect(problem.parameters?.map(({ name }) => name)).toEqual(names)
    for (const name of names) expect(problem.detail).toContain(name)
  })

  test('a path that is no text', async () => {
    expect(await problemAt('/portfolio/%E0%A4%A')).toMatchObject({ status: 400 })
  })
})

test('what would write is refused, with what is possible', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    expect(await problemAt('/prices/latest', market.store, { method })).toMatchObject({ status: 405 })
    const answer = await apiOver(market.store).app.request('/prices/latest', { method })
    expect(answer.headers.get('allow')).toBe('GET, HEAD')
  }
})

test('HEAD answers as GET, without the body', async () => {
  const answer = await apiOver(market.store).app.request('/prices/latest', { method: 'HEAD' })
  expect([answer.status, await answer.text()]).toEqual([200, ''])
})

describe('503 where the store does not answer', () => {
  const secret = 'connect ECONNREFUSED 10.1.2.3:6379'
  const down = (): Promise<never> => Promise.reject(new Error(secret))
  const broken: HotView = { read: down, readAll: down, freshness: down }

  test.each([
    '/health',
    '/prices/latest',
    '/prices/X',
    '/ohlc/X',
    '/portfolio',
    '/portfolio/x',
    '/live',
    '/live/lag/trades_raw',
    '/live/position/a',
  ])('%s, and the reason stays in the log', async (path) => {
    const { app, lines } = apiOver(broken)
    const answer = await app.request(path)
    const text = await answer.text()
    expect(answer.status).toBe(503)
    expect(text).not.toContain('10.1.2.3')
    expect(text).not.toContain('    at ')
    expect(lines).toHaveLength(1)
    expect(lines[0]?.[0]).toBe('error')
    expect(String(lines[0]?.[2].error)).toContain(secret)
  })

  test('health says which dependency is down', async () => {
    expect((await problemAt('/health', broken)).dependencies).toMatchObject({ redis: { state: 'down' } })
  })

  test('silence is no answer either', async () => {
    vi.useFakeTimers()
    try {
      const never = () => new Promise<never>(() => undefined)
      const asked = answeringView({ read: never, readAll: never, freshness: never }, 4_000).freshness('trades_raw')
      const refused = expect(asked).rejects.toMatchObject({ status: 503 })
      await vi.advanceTimersByTimeAsync(4_000)
      await refused
    } finally {
      vi.useRealTimers()
    }
  })
})

test('a defect of ours is 500, told in the log and not to the caller', async () => {
  const { app, lines } = apiOver({
    ...viewOf(market),
    readAll: async () => [{ metric: 'x', entity: [], start: 0, states: {} }],
  })
  const answer = await app.request('/prices/latest')
  expect(answer.status).toBe(500)
  expect(await answer.json()).toMatchObject({
    type: 'urn:lodestream:internal',
    detail: expect.not.stringContaining('undefined'),
  })
  expect(lines[0]?.[2].error).toBeInstanceOf(Error)
})

test("the correlation id is the gateway's, else the caller's, and nothing that could forge a log line", async () => {
  const { app } = apiOver(market.store)
  const idOf = async (header: string, env?: unknown) =>
    (await app.request('/live', { headers: { 'x-correlation-id': header } }, env as object)).headers.get(
      'x-correlation-id',
    )
  expect(await idOf('abc-1')).toBe('abc-1')
  expect(await idOf('abc-1', { requestContext: { requestId: 'gw-7' } })).toBe('gw-7')
  expect(await idOf('a b"c')).toMatch(/^[0-9a-f-]{36}$/)
})

const viewOf = ({ store }: Market): HotView => ({
  read: (...of) => store.read(...of),
  readAll: (...of) => store.readAll(...of),
  freshness: (topic) => store.freshness(topic),
})
