import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { idOf } from '#domain/events/define-event.ts'
import { coingeckoPath, mapCoingecko } from '#feeds/coingecko.ts'
import { fearGreedPath, mapFearGreed } from '#feeds/fear-greed.ts'
import { mapNewsapi, newsapiPath } from '#feeds/newsapi.ts'
import { mapRss } from '#feeds/rss.ts'
import type { Mapped } from '#feeds/venue-payload.ts'
import { coingecko } from '#local/venues/coingecko.ts'
import { Faults } from '#local/venues/faults.ts'
import { fearGreed } from '#local/venues/fear-greed.ts'
import { newsapi } from '#local/venues/newsapi.ts'
import { rss } from '#local/venues/rss.ts'
import { serve } from '#local/venues/server.ts'

const began = Date.UTC(2026, 10, 20, 12, 0, 30)
const servers: Server[] = []
let now: number
let venue: Awaited<ReturnType<typeof outside>>

/** The stand-in in this process, its clock turned by hand. */
async function outside(seed: number) {
  const faults = new Faults()
  const world = { seed, now: () => now, faults }
  const venues = [coingecko, fearGreed, rss, newsapi].map((make) => make(world))
  const advance = (ms: number) => {
    now += ms
  }
  const server = serve({ venues, faults, now: world.now, advance })
  servers.push(server)
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    get: (path: string, headers: Record<string, string> = {}) => fetch(`${address}${path}`, { headers }),
    fault: async (fault: object) => {
      const response = await fetch(`${address}/faults`, { method: 'POST', body: JSON.stringify(fault) })
      expect(response.status).toBe(200)
    },
    post: (path: string, body: object) => fetch(`${address}${path}`, { method: 'POST', body: JSON.stringify(body) }),
    sent: async () => (await (await fetch(`${address}/sent`)).json()) as Record<string, string[]>,
  }
}

beforeEach(async () => {
  now = began
  venue = await outside(7)
})

afterAll(() => {
  for (const server of servers) server.close().closeAllConnections()
})

const key = { 'x-api-key': 'stand-in' }
const feed = { name: 'Coin Courier', url: 'https://coin-courier.example/rss' }
/** Each venue as it is asked, how its answers are mapped, and how long until it tells something new. */
const asked = [
  ['coingecko', `/coingecko${coingeckoPath}`, mapCoingecko, 60_000],
  ['fear_greed', `/fear-greed${fearGreedPath}`, mapFearGreed, 86_400_000],
  ['rss', '/rss/coin-courier.xml', mapRss(feed), 900_000],
  ['rss', '/rss/chain-herald.xml', mapRss(feed), 900_000],
  ['rss', '/rss/market-wire.xml', mapRss(feed), 900_000],
  ['newsapi', `/newsapi${newsapiPath}`, mapNewsapi, 15_000],
] as const

const idsOf = ({ emissions }: Mapped) => emissions.map(({ definition, event }) => idOf(definition, event))

describe.each(asked)('the stand-in for %s at %s', (name, path, map, moves) => {
  it('speaks so that its mapper refuses nothing, tells what it told, and moves with the clock and the seed', async () => {
    const ask = async (from = venue) => map(await (await from.get(path, key)).text(), now)
    const first = await ask()
    expect(first.refused).toEqual([])
    expect(first.emissions.length).toBeGreaterThan(5)
    expect(idsOf(await ask())).toEqual(idsOf(first))
    expect(new Set(idsOf(first)).size).toBe(first.emissions.length)
    expect((await venue.sent())[name]).toHaveLength(first.emissions.length)
    expect(await ask(await outside(7))).toEqual(first)
    expect((await ask(await outside(8))).emissions).not.toEqual(first.emissions)
    now += moves
    expect(idsOf(await ask())[0]).not.toBe(idsOf(first)[0])
  })

  it('breaks as it is told, says nothing of what it did not tell, and is well again', async () => {
    await venue.fault({ venue: name, fault: 'disconnect' })
    await expect(venue.get(path, key)).rejects.toThrow('fetch failed')
    await venue.fault({ venue: name, fault: '429', retry_after: 30 })
    const refusal = await venue.get(path, key)
    expect([refusal.status, refusal.headers.get('retry-after')]).toEqual([429, '30'])
    await venue.fault({ venue: name, fault: '500' })
    expect((await venue.get(path, key)).status).toBe(500)
    await venue.fault({ venue: name, fault: 'malformed' })
    await venue.fault({ venue: name, fault: 'empty' })
    for (let at = 0; at < 2; at += 1)
      expect(map(await (await venue.get(path, key)).text(), now).isUnreadable).toBe(true)
    expect((await venue.sent())[name]).toEqual([])
    await venue.fault({ venue: name, fault: 'malformed_item' })
    const spoilt = map(await (await venue.get(path, key)).text(), now)
    expect(spoilt.refused).toHaveLength(1)
    expect((await venue.sent())[name]).toHaveLength(spoilt.emissions.length)
    await venue.fault({ venue: name, fault: 'duplicate' })
    const twice = map(await (await venue.get(path, key)).text(), now)
    expect(new Set(idsOf(twice)).size).toBeLessThan(twice.emissions.length)
    expect(map(await (await venue.get(path, key)).text(), now).refused).toEqual([])
  })
})

describe('the server', () => {
  it('answers 304 to whoever has the version, by tag or by time, and not for another one', async () => {
    const { headers } = await venue.get('/rss/coin-courier.xml')
    const etag = headers.get('etag') ?? ''
    const modified = headers.get('last-modified') ?? ''
    const ask = async (condition: Record<string, string>) =>
      (await venue.get('/rss/coin-courier.xml', condition)).status
    expect(await ask({ 'if-none-match': `"x", ${etag}` })).toBe(304)
    expect(await ask({ 'if-modified-since': modified })).toBe(304)
    expect(await ask({ 'if-none-match': '"x"', 'if-modified-since': modified })).toBe(200)
    now += 900_000
    expect(await ask({ 'if-none-match': etag })).toBe(200)
    expect(await ask({ 'if-modified-since': modified })).toBe(200)
  })

  it('breaks only the path that a fault names, as often as it says', async () => {
    await venue.fault({ venue: 'rss', fault: '500', path: 'chain-herald.xml', count: 2 })
    const statuses = async () =>
      Promise.all(['coin-courier', 'chain-herald'].map(async (at) => (await venue.get(`/rss/${at}.xml`)).status))
    expect([await statuses(), await statuses(), await statuses()]).toEqual([
      [200, 500],
      [200, 500],
      [200, 200],
    ])
  })

  it('refuses faults and clocks that mean nothing', async () => {
    for (const fault of [{}, { venue: 'moon', fault: '500' }, { venue: 'rss', fault: '500', times: 3 }])
      expect((await venue.post('/faults', fault)).status).toBe(400)
    expect((await venue.post('/clock', { advance_ms: -1 })).status).toBe(400)
    expect((await venue.post('/clock', { advance_ms: 1_000 })).status).toBe(200)
    expect(now).toBe(began + 1_000)
  })

  it('says to people that none of it is real', async () => {
    const page = await (await venue.get('/')).text()
    expect(page).toContain('Nothing here is real')
    for (const prefix of ['coingecko', 'fear-greed', 'rss', 'newsapi']) expect(page).toContain(`/${prefix}/`)
    expect((await venue.get('/nowhere')).status).toBe(404)
  })
})

describe('NewsAPI here', () => {
  it.each([
    [{}, 401, 'apiKeyMissing'],
    [{ 'x-api-key': 'other' }, 401, 'apiKeyInvalid'],
  ])('with %j is %i %s', async (headers, status, code) => {
    const response = await venue.get(`/newsapi${newsapiPath}`, headers)
    expect([response.status, await response.json()]).toMatchObject([status, { status: 'error', code }])
  })
})

describe("today's mood", () => {
  it('can be set, and stays until tomorrow', async () => {
    await venue.post('/fear-greed/value', { value: 91 })
    const ask = async () => mapFearGreed(await (await venue.get(`/fear-greed${fearGreedPath}`)).text(), now).emissions
    expect((await ask())[0]?.event).toMatchObject({ value: 91, classification: 'extreme_greed' })
    now += 86_400_000
    expect((await ask()).slice(0, 2).map(({ event }) => event.value)).toEqual([expect.not.toBeOneOf([91]), 91])
  })
})
