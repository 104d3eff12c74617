/** A group of symbols that are compared with each other: a row of `sql/seeds/symbol_groups.csv` for each of its symbols. */
export interface SymbolGroup {
  readonly id: string
  /** As charts show it, and events carry it. */
  readonly name: string
  readonly symbols: readonly string[]
}

/** The domain reads no files, so the groups stand here; a test holds the seed file to them. */
export const symbolGroups: readonly SymbolGroup[] = [
  {
    id: 'technology',
    name: 'Technology',
    symbols: [
      ...['AAPL', 'AMD', 'AMZN', 'CRM', 'CSCO', 'FB', 'GOOG'],
      ...['GOOGL', 'IBM', 'INTC', 'META', 'MSFT', 'NVDA', 'ORCL'],
    ],
  },
  { id: 'defense', name: 'Defense', symbols: ['BA', 'GD', 'HII', 'LHX', 'LMT', 'NOC', 'RTX'] },
  {
    id: 'crypto',
    name: 'Crypto',
    symbols: ['ADAUSDT', 'BNBUSDT', 'BTCUSDT', 'DOGEUSDT', 'ETHUSDT', 'SHIBUSDT', 'SOLUSDT', 'XRPUSDT'],
  },
]

/** The name of the group that a symbol belongs to. */
export const groupOfSymbol: ReadonlyMap<string, string> = new Map(
  symbolGroups.flatMap(({ name, symbols }) => symbols.map((symbol) => [symbol, name])),
)
