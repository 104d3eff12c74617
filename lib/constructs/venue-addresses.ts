/** Where the venues are asked, as functions read it. */
export interface VenueAddresses {
  readonly binance: Readonly<Record<'BINANCE_STREAM' | 'BINANCE_REST', string>>
  readonly polls: Readonly<Record<'COINGECKO_URL' | 'FEAR_GREED_URL' | 'NEWSAPI_URL' | 'RSS_FEEDS', string>>
  /** What the secret of their keys holds until somebody puts keys into it. */
  readonly keys: Readonly<Record<'coingecko' | 'newsapi', string>>
}

/** @param standIn http://host:port of a server that speaks for all of them. @default the venues themselves */
export const venueAddresses = (standIn?: string): VenueAddresses => (standIn === undefined ? real : standingIn(standIn))

const feeds = (addresses: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(addresses).map(([name, url]) => ({ name, url })))

const real: VenueAddresses = {
  binance: { BINANCE_STREAM: 'wss://stream.binance.com:9443', BINANCE_REST: 'https://api.binance.com' },
  polls: {
    COINGECKO_URL: 'https://api.coingecko.com',
    FEAR_GREED_URL: 'https://api.alternative.me',
    NEWSAPI_URL: 'https://newsapi.org',
    RSS_FEEDS: feeds({
      CoinDesk: 'https://www.coindesk.com/arc/outboundfeeds/rss/',
      Cointelegraph: 'https://cointelegraph.com/rss',
      Decrypt: 'https://decrypt.co/feed',
      'The Block': 'https://www.theblock.co/rss.xml',
    }),
  },
  keys: { coingecko: '', newsapi: '' },
}

/** Each venue below a path of its own; the publishers are made up, so that nobody is said to have said what it says. */
const standingIn = (server: string): VenueAddresses => ({
  binance: { BINANCE_STREAM: `${server.replace(/^http/, 'ws')}/binance`, BINANCE_REST: `${server}/binance` },
  polls: {
    COINGECKO_URL: `${server}/coingecko`,
    FEAR_GREED_URL: `${server}/fear-greed`,
    NEWSAPI_URL: `${server}/newsapi`,
    RSS_FEEDS: feeds({
      'Coin Courier': `${server}/rss/coin-courier.xml`,
      'Chain Herald': `${server}/rss/chain-herald.xml`,
      'Market Wire': `${server}/rss/market-wire.xml`,
    }),
  },
  keys: { coingecko: '', newsapi: 'stand-in' },
})
