import { defineEvent, type EventOf } from './define-event.ts'
import { decimal, instant, lookedUp, oneOf, positive, text } from './fields.ts'
import { groupOfSymbol } from './symbol-groups.ts'

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
    venue: text('Where it traded.', { example: 'binance' }),
    symbol: text("The venue's own symbol.", { example: 'BTCUSDT' }),
    trade_id: text("The venue's id; consecutive per symbol where the venue says so.", { example: '553287559' }),
    traded_at: instant("The venue's matching time."),
    price: positive(decimal('quote currency', 'Price of one unit.', { example: '64250.25' })),
    quantity: positive(decimal('base currency', 'Units traded: coins, or shares.', { example: '0.0125' })),
    taker_side: oneOf(
      ['buy', 'sell'],
      'Side of the order that took liquidity; venues that report the maker are inverted.',
    ),
    symbol_group: lookedUp(groupOfSymbol, 'symbol', 'Group of the symbol when it was decoded.', { example: 'Crypto' }),
  },
})
export type Tick = EventOf<typeof tick>
