import { defineEvent, type EventOf } from './define-event.ts'
import { decimal, instant, integer, optional, positive, text } from './fields.ts'

export const marketSnapshot = defineEvent({
  name: 'market_snapshot',
  version: 1,
  topic: 'market_snapshots_raw',
  wire: 'json',
  silver: { table: 'market_snapshots', calendar: 'utc' },
  doc: "A source summed a coin's market up: one event per source, asset and time of the summary.",
  origin: "CoinGecko's markets, asked every few minutes.",
  key: 'symbol',
  id: ['source', 'asset_id', 'observed_at'],
  at: 'observed_at',
  fields: {
    source: text('Who summed up.', { example: 'coingecko' }),
    asset_id: text("The source's own name of the asset: symbols are not unique.", { example: 'bitcoin' }),
    symbol: text('Ticker of the asset in capitals, without a quote currency.', { example: 'BTC' }),
    observed_at: instant('When the source last updated the summary.'),
    price: positive(decimal('USD', 'Price of one unit.')),
    market_cap: optional(decimal('USD', 'Price times the units in circulation.')),
    market_cap_rank: optional(integer('rank', 'Its place among all assets by market cap, from 1.')),
    volume_24h: optional(decimal('USD', 'Traded in the last 24 hours, on all markets that the source knows.')),
    high_24h: optional(decimal('USD', 'Highest price in the last 24 hours.')),
    low_24h: optional(decimal('USD', 'Lowest price in the last 24 hours.')),
    change_24h: optional(decimal('percent', 'Change of the price over the last 24 hours.')),
  },
})
export type MarketSnapshot = EventOf<typeof marketSnapshot>
