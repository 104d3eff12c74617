/**
 * How long the API takes to answer, in process, over a real Redis behind the ElastiCache proxy: 20 symbols with six
 * hours of minute bars in four partitions, ten accounts. `node test/bench/api.ts [requests a route]`, default 300.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectRedis } from '#adapters/redis/connection.ts'
import { RedisHotStore } from '#adapters/redis/hot-store.ts'
import { RedisHotView } from '#adapters/redis/hot-view.ts'
import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import { metrics } from '#domain/metrics/metrics.ts'
import { createApp } from '#lambdas/api/app.ts'
import { startRedis } from '#local/engines/redis.ts'
import { Deliveries, fillOf, tickOf } from '#test/lambdas/api/market.ts'

const PARTITIONS = 4
const SYMBOLS = Array.from({ length: 20 }, (_, i) => `SYM${String(i).padStart(2, '0')}`)
const NEWEST = Math.floor(Date.now() / 60_000) * 60_000
const ROUTES = [
  '/health',
  '/prices/latest',
  '/prices/SYM03',
  '/ohlc/SYM03?limit=8',
  '/ohlc/SYM03?limit=300',
  '/ohlc/SYM03?interval=15m&limit=104',
  '/ohlc/SYM03?interval=1h&limit=26',
  '/portfolio',
  '/portfolio/account-3',
  '/live/handled_records/market_data_raw',
  '/live/active_positions/all',
] as const

const requests = Number(process.argv[2] ?? 300)
const home = mkdtempSync(join(tmpdir(), 'lodestream-bench-'))
const cluster = await startRedis({ home })
const topics = new Map([
  [tick.topic, PARTITIONS],
  [fill.topic, PARTITIONS],
])
const connection = connectRedis({ host: cluster.host, port: cluster.port, tls: false })
try {
  await fillStore()
  const view = new RedisHotView(connection.redis, topics)
  const app = createApp({ view, now: Date.now, topics: [...topics.keys()], stage: 'local' })
  for (const route of ROUTES) {
    const times: number[] = []
    for (let i = 0; i < requests + 20; i += 1) {
      const begun = performance.now()
      const answer = await app.request(route)
      await answer.arrayBuffer()
      if (answer.status !== 200) throw new Error(`${route} answers ${answer.status}`)
      if (i >= 20) times.push(performance.now() - begun)
    }
    times.sort((a, b) => a - b)
    const at = (share: number) => `${(times[Math.floor(times.length * share)] ?? 0).toFixed(1).padStart(7)} ms`
    console.log(`${route.padEnd(40)} p50 ${at(0.5)}   p99 ${at(0.99)}`)
  }
} finally {
  await connection.close()
  await cluster.stop()
  rmSync(home, { recursive: true })
}

async function fillStore(): Promise<void> {
  const market = new Deliveries(new RedisHotStore(connection.redis, metrics))
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const mine = SYMBOLS.filter((_, i) => i % PARTITIONS === partition)
    for (let minute = 360; minute >= 0; minute -= 1) {
      const at = NEWEST - minute * 60_000
      await market.deliver(
        tick,
        partition,
        mine.map((symbol) => tickOf(symbol, at, '123.45678901', '0.5')),
      )
    }
    const fills = SYMBOLS.flatMap((symbol, i) =>
      [partition, partition + 4, partition + 8].map((n) =>
        fillOf(`account-${n}`, symbol, NEWEST + i, 'buy', '120', '1', '0.1'),
      ),
    )
    await market.deliver(fill, partition, fills)
  }
}
