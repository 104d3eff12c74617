import { defineEvent, type EventOf } from './define-event.ts'
import { decimal, instant, oneOf, positive, text } from './fields.ts'

export const tick = defineEvent({
  name: 'tick',
  version: 1,
  topic: 'market_data_raw',
  wire: 'avro',
  silver: { table: 'ticks', calendar: 'market' },
  doc: 'A venue printed a trade: one event per venue, symbol and trade id.',
  origin: 'Venue trade feeds, recorded trades, and the simulated market.',
  key: 'symbol',
  id: ['venue', 'symbol', 'trade_id'],
  at: 'traded_at',
  fields: {
    venue: text('Where it traded, such as binance.'),
    symbol: text("The venue's own symbol, such as BTCUSDT."),
    trade_id: text("The venue's id; consecutive per symbol where the venue says so."),
    traded_at: instant("The venue's matching time."),
    price: positive(decimal('quote currency', 'Price of one unit.')),
    quantity: positive(decimal('base currency', 'Units traded.')),
    taker_side: oneOf(
      ['buy', 'sell'],
      'Side of the order that took liquidity; venues that report the maker are inverted.',
    ),
  },
})
export type Tick = EventOf<typeof tick>
