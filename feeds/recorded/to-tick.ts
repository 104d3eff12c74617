/** A row of a recording, its fields as the venue published them. */
export interface RecordedTrade {
  readonly trade_id: string
  /** Matching time, ms. */
  readonly traded_at: number
  /** Decimals in plain notation. */
  readonly price: string
  readonly quantity: string
  /** Whether the buyer's order was the one waiting in the book. */
  readonly buyer_is_maker: boolean
}

/**
 * The tick of a recorded Binance trade, in its JSON form. Binance names the maker's side, a tick the taker's: where the
 * buyer was the maker, the taker sold. It counts as received when it happened, so that a replay of old trades is not late.
 */
export const toTick = ({ trade_id, traded_at, price, quantity, buyer_is_maker }: RecordedTrade, symbol: string) => ({
  venue: 'binance',
  symbol,
  trade_id,
  traded_at,
  price,
  quantity,
  taker_side: buyer_is_maker ? 'sell' : 'buy',
  received_at: traded_at,
})
