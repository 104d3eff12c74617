import { etagOf } from './conditional.ts'
import { walkOf } from './prices.ts'
import type { Answer, Asked, Venue, World } from './venue.ts'

/** A coin as CoinGecko lists it; prices and supplies of some day, from which they wander. */
interface Coin {
  readonly id: string
  readonly symbol: string
  readonly name: string
  readonly price: number
  readonly supply: number
}

const coin = (id: string, symbol: string, name: string, price: number, supply: number): Coin => ({
  id,
  symbol,
  name,
  price,
  supply,
})

const COINS: readonly Coin[] = [
  coin('bitcoin', 'btc', 'Bitcoin', 63_284, 20_038_703),
  coin('ethereum', 'eth', 'Ethereum', 1_755.3, 120_695_361),
  coin('tether', 'usdt', 'Tether', 0.99952, 189_011_426_314),
  coin('binancecoin', 'bnb', 'BNB', 604.11, 134_786_301),
  coin('ripple', 'xrp', 'XRP', 1.18, 61_784_000_000),
  coin('solana', 'sol', 'Solana', 67.82, 579_000_000),
  coin('dogecoin', 'doge', 'Dogecoin', 0.0914, 154_000_000_000),
  coin('cardano', 'ada', 'Cardano', 0.2107, 36_900_000_000),
  coin('chainlink', 'link', 'Chainlink', 7.91, 727_000_000),
  coin('shiba-inu', 'shib', 'Shiba Inu', 0.0000048715, 589_244_128_646_160),
]

/** CoinGecko sums up anew that often. */
const EVERY_MS = 60_000
const DAY_MS = 86_400_000

/** CoinGecko's `/api/v3/coins/markets`; with a key, or without one as the public API. */
export function coingecko({ seed, now, faults }: World): Venue {
  return {
    name: 'coingecko',
    prefix: 'coingecko',
    about: 'CoinGecko (api.coingecko.com): <code>/api/v3/coins/markets</code>',
    problem,
    handle: ({ method, path, query }: Asked): Answer => {
      if (method !== 'GET' || path !== '/api/v3/coins/markets') return errorOf(404, 'Incorrect path')
      const currency = query.get('vs_currency')
      if (currency === null) return errorOf(422, 'Missing parameter vs_currency')
      if (currency !== 'usd') return errorOf(422, 'invalid vs_currency')
      const at = Math.floor(now() / EVERY_MS) * EVERY_MS
      const markets = pageOf(
        COINS.map((listed) => marketOf(listed, seed, at, query.get('precision') === 'full')).sort(
          (a, b) => b.market_cap - a.market_cap,
        ),
        query,
      ).map((market, rank) => ({ ...market, market_cap_rank: rank + 1 }))
      if (faults.take('coingecko', ['duplicate'], path)) markets.push(...markets.slice(0, 2))
      if (faults.take('coingecko', ['malformed_item'], path)) Object.assign(markets[0] ?? {}, { current_price: null })
      const body = JSON.stringify(markets)
      return {
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'cache-control': 'max-age=30, public, must-revalidate, s-maxage=60',
          etag: etagOf(body),
        },
        body,
        publishes: markets
          .filter(({ current_price: price }) => price !== null)
          .map(({ id, last_updated }) => `${id}|${Date.parse(last_updated)}`),
      }
    },
  }
}

function pageOf<Row>(rows: readonly Row[], query: URLSearchParams): Row[] {
  const size = Math.min(250, Number(query.get('per_page') ?? 100))
  const page = Number(query.get('page') ?? 1)
  return rows.slice((page - 1) * size, page * size)
}

function marketOf({ id, symbol, name, price, supply }: Coin, seed: number, at: number, isFull: boolean) {
  const priceAt = (time: number) => {
    const exact = price * walkOf(seed, symbol, time)
    return isFull ? exact : significant(exact)
  }
  const day = Array.from({ length: 24 }, (_, hour) => priceAt(at - hour * 3_600_000))
  const [current = price] = day
  const before = priceAt(at - DAY_MS)
  return {
    id,
    symbol,
    name,
    image: `https://coin-images.coingecko.com/coins/images/1/large/${id}.png`,
    current_price: current,
    market_cap: Math.round(current * supply),
    market_cap_rank: 0,
    fully_diluted_valuation: Math.round(current * supply),
    total_volume: Math.round(current * supply * 0.03 * walkOf(seed, `${symbol} volume`, at)),
    high_24h: Math.max(...day),
    low_24h: Math.min(...day),
    price_change_24h: current - before,
    price_change_percentage_24h: Number(((100 * (current - before)) / before).toFixed(5)),
    circulating_supply: supply,
    total_supply: supply,
    max_supply: null,
    roi: null,
    last_updated: new Date(at).toISOString(),
  }
}

/** As CoinGecko rounds where it is not asked for all it has: to a few digits. */
const significant = (price: number): number => Number(price.toPrecision(price >= 1 ? 5 : 4))

const errorOf = (status: number, error: string): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error }),
})

const problem = (status: number): Answer =>
  status === 429
    ? {
        status,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ status: { error_code: 429, error_message: "You've exceeded the Rate Limit." } }),
      }
    : { status, headers: { 'content-type': 'text/html' }, body: `<html><h1>${status}</h1></html>` }
