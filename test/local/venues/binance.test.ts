import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket as Silent } from 'ws'
import { Binance } from '#local/venues/binance/binance.ts'
import { listings, Market } from '#local/venues/binance/market.ts'
import { Faults } from '#local/venues/faults.ts'
import { serve } from '#local/venues/server.ts'

const START = Date.UTC(2026, 10, 21, 12, 0, 10)

/** A venue whose clock is turned by hand. */
function venueAt(start = START) {
  const clock = { now: start }
  const venue = new Binance({ seed: 3, now: () => clock.now, faults: new Faults() })
  onTestFinished(() => venue.close())
  const get = (path: string, query: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    venue.handle({ method: 'GET', path, query: new URLSearchParams(query), headers, body: Buffer.alloc(0) })
  const post = (path: string, body: object) =>
    venue.handle({
      method: 'POST',
      path,
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.from(JSON.stringify(body)),
    })
  return { venue, clock, get, post }
}

/** The same, listening; and a connection to it with all that it says. */
async function listening() {
  const { venue, clock, post } = venueAt()
  const server = serve({ venues: [venue], faults: new Faults(), now: () => clock.now, advance: () => undefined })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const connect = async (path: string) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/binance${path}`)
    const said: unknown[] = []
    let wake = Promise.withResolvers<void>()
    socket.addEventListener('message', ({ data }) => {
      said.push(JSON.parse(String(data)))
      wake.resolve()
      wake = Promise.withResolvers<void>()
    })
    const closed = once(socket, 'close').then(([event]) => (event as CloseEvent).reason)
    await once(socket, 'open')
    onTestFinished(() => socket.close())
    const heard = async (count: number) => {
      while (said.length < count) await wake.promise
      return said.splice(0, count)
    }
    const ask = async (text: string) => {
      socket.send(text)
      return (await heard(1))[0]
    }
    return { socket, closed, heard, ask }
  }
  return { clock, post, connect, url: `ws://127.0.0.1:${port}/binance` }
}

test('the same seed trades the same, ids are consecutive, and any trade is known by its id', () => {
  const [listing] = listings
  if (listing === undefined) throw new Error('a listing')
  const [one, other] = [1, 2].map(() => new Market(listing, 3, 100, START))
  const trades = one?.step(START + 1_000) ?? []
  expect(trades).toHaveLength(100)
  expect(other?.step(START + 1_000)).toEqual(trades)
  expect(trades.map(({ id }) => id)).toEqual(trades.map((_, i) => (trades[0]?.id ?? 0) + i))
  expect(trades.map(({ id }) => one?.trade(id))).toEqual(trades)
  expect(trades.at(-1)?.at).toBe(START + 1_000)
  expect(new Market(listing, 4, 100, START).step(START + 1_000)).not.toEqual(trades)
})

test('one that is started again goes on with the ids and times that it would have reached', () => {
  const [listing] = listings
  if (listing === undefined) throw new Error('a listing')
  const before = new Market(listing, 3, 10, START)
  const last = before.step(START + 5_000).at(-1)
  const after = new Market(listing, 3, 10, START + 60_000)
  expect(after.next - (last?.id ?? 0) - 1).toBe(550)
  expect(after.trade(last?.id ?? 0)).toEqual(last)
})

test('REST gives trades from an id on, at most 1,000, in the form of the venue', () => {
  const { get, post, clock } = venueAt()
  post('/rate', { trades_per_second: 100 })
  clock.now += 4_000
  post('/rate', { trades_per_second: 0 })
  const rows = JSON.parse(get('/api/v3/historicalTrades', { symbol: 'BTCUSDT', limit: '1000' }).body)
  const from = rows[10]
  const [same] = JSON.parse(
    get('/api/v3/historicalTrades', { symbol: 'BTCUSDT', fromId: String(from.id), limit: '1' }).body,
  )
  expect(rows).toHaveLength(1_000)
  expect(same).toEqual(from)
  expect(Object.keys(same)).toEqual(['id', 'price', 'qty', 'quoteQty', 'time', 'isBuyerMaker', 'isBestMatch'])
  expect(same.price).toMatch(/^\d+\.\d{8}$/)
  const micro = { 'x-mbx-time-unit': 'MICROSECOND' }
  const query = { symbol: 'BTCUSDT', fromId: String(from.id), limit: '1' }
  expect(JSON.parse(get('/api/v3/historicalTrades', query, micro).body)[0].time).toBe(from.time * 1_000)
})

test.each([
  [{}, -1102],
  [{ symbol: 'BTCUSD' }, -1121],
  [{ symbol: 'BTCUSDT', fromId: 'x' }, -1100],
  [{ symbol: 'BTCUSDT', limit: '1001' }, -1130],
])('REST refuses %j with its code', (query, code) => {
  const { status, body } = venueAt().get('/api/v3/historicalTrades', query)
  expect([status, JSON.parse(body).code]).toEqual([400, code])
})

test('whoever uses more weight than a minute has is told to wait for its end, and banned where that does not help', () => {
  const { get, post, clock } = venueAt()
  post('/limits', { weight_per_minute: 100 })
  const ask = () => get('/api/v3/historicalTrades', { symbol: 'BTCUSDT', limit: '1' })
  const used = Array.from({ length: 4 }, () => ask()).map(({ headers }) => headers?.['x-mbx-used-weight-1m'])
  expect(used).toEqual(['25', '50', '75', '100'])
  const refused = ask()
  expect([refused.status, refused.headers?.['retry-after'], JSON.parse(refused.body).code]).toEqual([429, '50', -1003])
  clock.now += 50_000
  expect(ask().status).toBe(200)
  const answers = Array.from({ length: 30 }, () => ask())
  expect(answers.map(({ status }) => status)).toContain(418)
  expect(answers.at(-1)?.headers?.['retry-after']).toBe('120')
  clock.now += 119_000
  expect(ask().status).toBe(418)
  clock.now += 1_000
  expect(ask().status).toBe(200)
})

test('a connection is steered by messages, which are answered as the venue does', async () => {
  const { connect } = await listening()
  const first = await connect('/ws/btcusdt@trade')
  expect(await first.ask('{"method":"SUBSCRIBE","params":["bnbusdt@trade"],"id":1}')).toEqual({ result: null, id: 1 })
  expect(await first.ask('{"method":"LIST_SUBSCRIPTIONS","id":"a1"}')).toEqual({
    result: ['btcusdt@trade', 'bnbusdt@trade'],
    id: 'a1',
  })
  expect(await first.ask('{"method":"GET_PROPERTY","params":["combined"],"id":2}')).toEqual({ result: false, id: 2 })
  const second = await connect('/stream')
  expect(await second.ask('{"method":"GET_PROPERTY","params":["combined"],"id":2}')).toEqual({ result: true, id: 2 })
  expect(await second.ask('{"method":"SET_PROPERTY","params":["other",1],"id":3}')).toMatchObject({ code: 0 })
  expect(await second.ask('not JSON')).toMatchObject({ code: 3 })
  expect(await second.ask('{"method":"SHOUT","id":4}')).toMatchObject({ code: 2 })
})

test('trades come wrapped or raw, in milliseconds or microseconds', async () => {
  const { clock, connect } = await listening()
  const combined = await connect('/stream?streams=btcusdt@trade')
  const raw = await connect('/ws/btcusdt@trade?timeUnit=MICROSECOND')
  clock.now += 1_000
  const [[wrapped], [bare]] = await Promise.all([combined.heard(1), raw.heard(1)])
  expect(wrapped).toMatchObject({ stream: 'btcusdt@trade', data: { e: 'trade', s: 'BTCUSDT', M: true } })
  const { T, ...trade } = (wrapped as { data: { T: number; E: number } }).data
  expect(bare).toEqual({ ...trade, T: T * 1_000, E: trade.E * 1_000 })
})

test('more than five messages a second, and 24 hours, end a connection', async () => {
  const { clock, connect } = await listening()
  const talker = await connect('/ws/btcusdt@trade')
  for (let id = 1; id <= 6; id += 1) talker.socket.send(JSON.stringify({ method: 'LIST_SUBSCRIPTIONS', id }))
  expect(await talker.closed).toBe('Too many requests')
  const old = await connect('/ws/btcusdt@trade')
  clock.now += 24 * 60 * 60_000
  expect(await old.closed).toBe('expired')
})

test('a ping comes every 20 s, and who does not send it back within a minute is hung up on', async () => {
  const { clock, connect, url } = await listening()
  const answering = await connect('/ws/btcusdt@trade')
  const silent = new Silent(`${url}/ws/btcusdt@trade`, { autoPong: false })
  await once(silent, 'open')
  clock.now += 20_000
  const [payload] = await once(silent, 'ping')
  expect(String(payload)).toBe(String(clock.now))
  expect(await answering.ask('{"method":"LIST_SUBSCRIPTIONS","id":1}')).toMatchObject({ id: 1 })
  silent.pong('nobody asked')
  silent.send('{"method":"LIST_SUBSCRIPTIONS","id":2}')
  await once(silent, 'message')
  clock.now += 60_001
  expect(String((await once(silent, 'close'))[1])).toBe('Pong timeout')
  expect(answering.socket.readyState).toBe(WebSocket.OPEN)
})
