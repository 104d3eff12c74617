import { Random } from './random.ts'

/** How one symbol trades in the simulated market. */
export interface Listing {
  readonly symbol: string
  /** A coin trades all day, a share in the session of New York's exchanges and thinly outside it. */
  readonly kind: 'coin' | 'share'
  /** Price at the start, quote currency. */
  readonly price: number
  /** Decimals of its prices, at most eight. */
  readonly priceDecimals: number
  /** Decimals of its quantities, at most eight. */
  readonly quantityDecimals: number
  /** Deviation of the logarithm of its price over a year. */
  readonly volatility: number
  /** What a usual trade is worth, quote currency. */
  readonly notional: number
  /** How often it trades, against the others; a whole number. */
  readonly weight: number
}

/**
 * Coins with fractions to the eighth decimal, and shares, whole, of Technology and Defense in turn; prices from 0.00002
 * to 42,000. The first eight are a market of their own: four coins and two shares of each group.
 */
export const wellKnown: readonly Listing[] = [
  coin('BTCUSDT', 42_000, 2, 8, 0.6, 8),
  coin('ETHUSDT', 2_300, 2, 8, 0.7, 6),
  coin('SOLUSDT', 98, 4, 6, 0.9, 4),
  coin('SHIBUSDT', 0.00002415, 8, 0, 1.1, 2),
  share('AAPL', 187, 0.25, 4),
  share('LMT', 431, 0.2, 2),
  share('MSFT', 402, 0.23, 3),
  share('RTX', 91, 0.22, 2),
  share('NVDA', 595, 0.45, 3),
  share('NOC', 447, 0.22, 1),
  share('IBM', 173, 0.2, 1),
  share('GD', 264, 0.19, 1),
  share('GOOG', 147, 0.28, 3),
  share('LHX', 208, 0.23, 1),
  share('ORCL', 114, 0.3, 2),
  share('HII', 259, 0.24, 1),
  coin('BNBUSDT', 312, 2, 5, 0.65, 3),
]

/**
 * The listings of these symbols: the well-known ones as they are, others are coins that their name decides, the same in every run.
 */
export const listingsOf = (symbols: readonly string[]): readonly Listing[] =>
  symbols.map((symbol) => wellKnown.find((listing) => listing.symbol === symbol) ?? invented(symbol))

/** As many symbols: the well-known ones first, then made-up ones. */
export const symbolNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => wellKnown[i]?.symbol ?? `SIM${String(i + 1).padStart(3, '0')}`)

/** As many account names. */
export const accountNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => named[i] ?? `account-${String(i + 1).padStart(3, '0')}`)

const named = ['aurora', 'borealis', 'cirrus', 'delta', 'equinox', 'fjord']

/** A number of the name alone, 32 bits. */
export const hashOf = (symbol: string): number =>
  [...symbol].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0, 7)

function invented(symbol: string): Listing {
  const random = Random.seeded(hashOf(symbol))
  const magnitude = random.below(9) - 4
  return {
    symbol,
    kind: 'coin',
    price: (1 + 9 * random.next()) * 10 ** magnitude,
    // Enough decimals that the price has at least four digits to move in, and some more.
    priceDecimals: Math.min(8, Math.max(2, 4 - magnitude) + random.below(3)),
    quantityDecimals: magnitude < -1 ? 0 : random.below(9),
    volatility: 0.2 + random.next(),
    notional: 500 + random.below(2_000),
    weight: 1 + random.below(6),
  }
}

function coin(
  symbol: string,
  price: number,
  priceDecimals: number,
  quantityDecimals: number,
  volatility: number,
  weight: number,
): Listing {
  return { symbol, kind: 'coin', price, priceDecimals, quantityDecimals, volatility, weight, notional: 900 }
}

function share(symbol: string, price: number, volatility: number, weight: number): Listing {
  return { symbol, kind: 'share', price, volatility, weight, priceDecimals: 2, quantityDecimals: 0, notional: 6_000 }
}
