/** How headlines name an asset. */
export interface KnownAsset {
  /** Ticker, in capitals, without a quote currency. */
  readonly symbol: string
  /** Names that mean nothing else, however they are capitalised. */
  readonly names?: readonly string[]
  /** Names that are words too: they count only as spelled here, so that `apple pie` is none. */
  readonly words?: readonly string[]
  /** What holds one of its names and means something else. */
  readonly except?: readonly string[]
  /** The ticker is a word or an abbreviation of something else: it counts only as `$GD` or `(NYSE: GD)`. */
  readonly marked?: true
}

/** To recognise another asset: its line here. */
export const knownAssets: readonly KnownAsset[] = [
  { symbol: 'BTC', names: ['Bitcoin', 'XBT'], except: ['Bitcoin Magazine', 'Bitcoin.com'] },
  { symbol: 'BCH', names: ['Bitcoin Cash'] },
  { symbol: 'BSV', names: ['Bitcoin SV'] },
  { symbol: 'WBTC', names: ['Wrapped Bitcoin'] },
  { symbol: 'ETH', names: ['Ethereum'], words: ['Ether'] },
  { symbol: 'ETC', names: ['Ethereum Classic'], marked: true },
  { symbol: 'BNB', names: ['Binance Coin'] },
  { symbol: 'SOL', names: ['Solana'], except: ['Solana Beach'] },
  { symbol: 'XRP', words: ['Ripple'], except: ['Ripple Effect', 'Ripple Effects'] },
  { symbol: 'DOGE', names: ['Dogecoin'], marked: true },
  { symbol: 'ADA', names: ['Cardano'], marked: true },
  { symbol: 'TRX', names: ['Tronix'], words: ['Tron', 'TRON'], except: ['Tron: Ares', 'Tron Legacy'] },
  { symbol: 'AVAX', except: [] },
  { symbol: 'DOT', names: ['Polkadot'], marked: true },
  { symbol: 'LINK', names: ['Chainlink'], marked: true },
  { symbol: 'LTC', names: ['Litecoin'] },
  { symbol: 'SHIB', names: ['Shiba Inu coin', 'Shiba Inu token'] },
  { symbol: 'TON', names: ['Toncoin'], marked: true },
  { symbol: 'XLM', words: ['Stellar Lumens'] },
  { symbol: 'XMR', names: ['Monero'] },
  { symbol: 'UNI', names: ['Uniswap'], marked: true },
  { symbol: 'HYPE', names: ['Hyperliquid'], marked: true },
  { symbol: 'USDT', words: ['Tether'] },
  { symbol: 'USDC', names: ['USD Coin'] },

  {
    symbol: 'AAPL',
    words: ['Apple'],
    except: [
      ...['Pie', 'Pies', 'Juice', 'Cider', 'Tree', 'Trees', 'Orchard', 'Orchards', 'Sauce', 'Crisp', 'Crumble', 'Cake'],
      ...['Picking', 'Harvest', 'Growers', 'Blossom', 'Valley'],
    ]
      .map((next) => `Apple ${next}`)
      .concat('Big Apple', 'Fiona Apple', 'Candy Apple', "Adam's Apple"),
  },
  { symbol: 'MSFT', names: ['Microsoft'] },
  { symbol: 'NVDA', names: ['Nvidia'] },
  { symbol: 'GOOGL', names: ['Google'], words: ['Alphabet'], except: ['Alphabet Soup'] },
  { symbol: 'GOOG' },
  { symbol: 'AMZN', words: ['Amazon'], except: ['Amazon Rainforest', 'Amazon River', 'Amazon Basin', 'Amazon Forest'] },
  { symbol: 'META', names: ['Meta Platforms'], marked: true },
  { symbol: 'FB', marked: true },
  { symbol: 'CRM', names: ['Salesforce'], marked: true },
  { symbol: 'TSLA', words: ['Tesla'], except: ['Nikola Tesla'] },
  { symbol: 'IBM' },
  { symbol: 'INTC', names: ['Intel Corp', 'Intel Corporation'] },
  { symbol: 'ORCL', names: ['Oracle Corp', 'Oracle Corporation'] },
  { symbol: 'AMD', names: ['Advanced Micro Devices'] },
  { symbol: 'CSCO', words: ['Cisco'], except: ['San Cisco'] },
  { symbol: 'NFLX', names: ['Netflix'] },
  { symbol: 'COIN', names: ['Coinbase'], marked: true },
  { symbol: 'MSTR', names: ['MicroStrategy'] },
  { symbol: 'IT', words: ['Gartner'], marked: true },

  { symbol: 'LMT', names: ['Lockheed Martin'], words: ['Lockheed'] },
  { symbol: 'RTX', names: ['Raytheon'], marked: true },
  { symbol: 'NOC', names: ['Northrop Grumman'], words: ['Northrop'], marked: true },
  { symbol: 'GD', names: ['General Dynamics'], marked: true },
  { symbol: 'BA', words: ['Boeing'], marked: true },
  { symbol: 'LHX', names: ['L3Harris'] },
  { symbol: 'HII', names: ['Huntington Ingalls'], marked: true },
]
