import { defineEvent, type EventOf, LOG_RETENTION_MS } from './define-event.ts'
import { instant, oneOf, optional, text } from './fields.ts'

export const newsItem = defineEvent({
  name: 'news_item',
  version: 1,
  topic: 'news_raw',
  wire: 'json',
  silver: { table: 'news_items', calendar: 'utc' },
  doc: 'A publisher brought out an article: one event per article, whoever tells of it.',
  origin: 'RSS feeds of publishers, and NewsAPI.',
  key: 'item_id',
  id: ['item_id'],
  at: 'published_at',
  // Articles count however late they are, and feeds tell of one for days.
  rememberedFor: LOG_RETENTION_MS,
  fields: {
    item_id: text("A hash of the article's address, without what only tracks its readers.", {
      example: '9f2c1e0b7a4d5c6f8e3b2a1908f7e6d5',
    }),
    provider: oneOf(['rss', 'newsapi'], 'How the platform heard of it.'),
    publisher: text('Who brought it out.', { example: 'CoinDesk' }),
    published_at: instant('When, as the publisher says.'),
    title: text('Headline.', { most: 512, example: 'Bitcoin and Ether rise as funds see record inflows' }),
    url: text('Where it stands.', { most: 2048, example: 'https://news.example/markets/bitcoin-and-ether-rise' }),
    summary: optional(
      text('What it is about, cut at 2,048 characters.', {
        most: 2048,
        example: 'Funds that hold Bitcoin and Ether took in more than in any week before.',
      }),
    ),
    symbols: optional(
      text('Assets that the headline names, sorted, with commas between.', { most: 512, example: 'BTC,ETH' }),
    ),
  },
})
export type NewsItem = EventOf<typeof newsItem>
