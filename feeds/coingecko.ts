import { type Decimal, formatDecimal, ONE } from '#domain/decimal.ts'
import { limits } from '#domain/events/fields.ts'
import { marketSnapshot } from '#domain/events/market-snapshot.ts'
import type { Emission } from './emission.ts'
import { exactDecimal, exactJson, NumberText } from './exact-json.ts'
import { timeOfIso } from './news/publication-time.ts'
import {
  emissionOf,
  isObject,
  type MapPayload,
  mapItems,
  messageOf,
  type RefusedItem,
  refusedPayload,
  unexpectedItem,
} from './venue-payload.ts'

/** What is asked of CoinGecko: its hundred largest markets, in dollars; by itself it would round a bitcoin to dollars. */
export const coingeckoPath =
  '/api/v3/coins/markets?vs_currency=usd&order=market_cap_desc&per_page=100&page=1&sparkline=false&precision=full'

/** The header that its Demo API takes a key by; without one the public API answers, at a lower rate. */
export const coingeckoKeyHeader = 'x-cg-demo-api-key'

/**
 * Maps an answer of `/coins/markets`. Its numbers are JSON floats of up to seventeen digits, small ones with an exponent;
 * they are read from their own spelling. Optional figures that no field holds are left out; a price that none holds
 * refuses its item.
 */
export const mapCoingecko: MapPayload = (payload, receivedAt) => {
  let markets: unknown
  try {
    markets = exactJson(payload)
  } catch (error) {
    return refusedPayload('payload_malformed', `CoinGecko sent no JSON: ${messageOf(error)}`, payload)
  }
  if (!Array.isArray(markets)) {
    return refusedPayload('payload_unexpected', `CoinGecko sent no list of markets${saying(markets)}`, payload)
  }
  return mapItems(markets, payload, (market) => snapshotOf(market, receivedAt))
}

/** Its errors, which it sends as an object: `{"status":{"error_code":…,"error_message":…}}` or `{"error":…}`. */
function saying(answer: unknown): string {
  if (!isObject(answer)) return ''
  const message = isObject(answer.status) ? answer.status.error_message : answer.error
  return typeof message === 'string' ? `, and says: ${message}` : ''
}

function snapshotOf(market: unknown, receivedAt: number): Emission | RefusedItem {
  if (!isObject(market)) return unexpectedItem('a market is no object', market)
  const { id, symbol, last_updated, current_price, market_cap_rank } = market
  return emissionOf(
    marketSnapshot,
    {
      source: 'coingecko',
      asset_id: id,
      symbol: typeof symbol === 'string' ? symbol.toUpperCase() : symbol,
      observed_at: typeof last_updated === 'string' ? (timeOfIso(last_updated) ?? last_updated) : last_updated,
      price: required(current_price),
      market_cap: figure(market.market_cap),
      market_cap_rank: market_cap_rank instanceof NumberText ? rankOf(market_cap_rank.text) : undefined,
      volume_24h: figure(market.total_volume),
      high_24h: priceIn24h(market.high_24h),
      low_24h: priceIn24h(market.low_24h),
      change_24h: figure(market.price_change_percentage_24h),
    },
    receivedAt,
    market,
  )
}

/** What is no number stays as it is, for the contract to name. */
function required(value: unknown): unknown {
  if (!(value instanceof NumberText)) return value
  const decimal = exactDecimal(value.text)
  return decimal === undefined ? value.text : formatDecimal(decimal)
}

const BOUND: Decimal = 10n ** BigInt(limits.digits) * ONE

function figure(value: unknown): string | undefined {
  const decimal = value instanceof NumberText ? exactDecimal(value.text) : undefined
  return decimal !== undefined && decimal < BOUND && decimal > -BOUND ? formatDecimal(decimal) : undefined
}

/** Zero stands for none, of an asset that did not trade. */
function priceIn24h(value: unknown): string | undefined {
  const text = figure(value)
  return text === '0' ? undefined : text
}

function rankOf(text: string): number | undefined {
  const rank = Number(text)
  return Number.isSafeInteger(rank) && rank > 0 ? rank : undefined
}
