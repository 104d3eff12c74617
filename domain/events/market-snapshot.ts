import { DAY_MS, defineEvent, type EventOf } from './define-event.ts'
import { atLeast, decimal, instant, integer, optional, positive, text } from './fields.ts'

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
  // Of an asset that hardly trades a source tells the same summary for hours.
  rememberedFor: DAY_MS,
  fields: {
    source: text('Who summed up.', { example: 'coingecko' }),
    asset_id: text("The source's own name of the asset: symbols are not unique.", { example: 'bitcoin' }),
    symbol: text('Ticker of the asset in capitals, without a quote currency.', { example: 'BTC' }),
    observed_at: instant('When the source last updated the summary.'),
    price: positive(decimal('USD', 'Price of one unit.', { example: '64250.25' })),
    market_cap: optional(
      atLeast(0, decimal('USD', 'Price times the units in circulation.', { example: '1274083000000' })),
    ),
    market_cap_rank: optional(
      positive(integer('rank', 'Its place among all assets by market cap, from 1.', { example: 1 })),
    ),
    volume_24h: optional(
      atLeast(
        0,
        decimal('USD', 'Traded in the last 24 hours, on all markets that the source knows.', {
          example: '38120450000',
        }),
      ),
    ),
    high_24h: optional(positive(decimal('USD', 'Highest price in the last 24 hours.', { example: '65100.5' }))),
    low_24h: optional(positive(decimal('USD', 'Lowest price in the last 24 hours.', { example: '63020' }))),
    change_24h: optional(
      decimal('percent', 'Change of the price over the last 24 hours; negative where it fell.', { example: '-1.32' }),
    ),
  },
})
export type MarketSnapshot = EventOf<typeof marketSnapshot>
