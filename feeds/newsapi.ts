import { jsonOf } from '#domain/json.ts'
import type { Emission } from './emission.ts'
import { newsItemOf } from './news/to-news-item.ts'
import {
  isObject,
  type MapPayload,
  mapItems,
  type RefusedItem,
  refusedPayload,
  unexpectedItem,
} from './venue-payload.ts'

/** What headlines have to name; NewsAPI takes at most 500 characters. */
const QUERY =
  'bitcoin OR ethereum OR solana OR BNB OR XRP OR dogecoin OR cardano OR Apple OR Microsoft OR Nvidia OR Google OR ' +
  'Amazon OR Tesla OR IBM OR Lockheed OR Raytheon OR Boeing OR "Northrop Grumman" OR "General Dynamics"'

/** What is asked of NewsAPI: the newest hundred articles in English with one of our assets in the headline. */
export const newsapiPath = `/v2/everything?${new URLSearchParams({
  q: QUERY,
  searchIn: 'title',
  language: 'en',
  sortBy: 'publishedAt',
  pageSize: '100',
})}`

/** The header that it takes its key by. */
export const newsapiKeyHeader = 'x-api-key'

/**
 * Maps an answer of `/v2/everything` or `/v2/top-headlines`. Articles that their publisher took back stand there as
 * `[Removed]`, and are left out.
 */
export const mapNewsapi: MapPayload = (payload, receivedAt) => {
  const answer = jsonOf(payload)
  if (!isObject(answer)) return refusedPayload('payload_malformed', 'NewsAPI sent no JSON object', payload)
  if (answer.status === 'error') {
    return refusedPayload('venue_error', `NewsAPI answers with an error: ${answer.code}: ${answer.message}`, payload)
  }
  if (!Array.isArray(answer.articles)) {
    return refusedPayload('payload_unexpected', 'NewsAPI sent no list of articles', payload)
  }
  return mapItems(answer.articles, payload, (article) => articleOf(article, receivedAt))
}

function articleOf(article: unknown, receivedAt: number): Emission | RefusedItem | undefined {
  if (!isObject(article)) return unexpectedItem('an article is no object', article)
  const title = textOf(article.title)
  if (title.trim() === '[Removed]') return undefined
  const url = textOf(article.url)
  const publisher = textOf(isObject(article.source) ? article.source.name : undefined) || hostOf(url)
  const told = {
    provider: 'newsapi',
    publisher,
    published: textOf(article.publishedAt),
    title: withoutPublisher(title, publisher),
    url,
    summary: textOf(article.description),
  } as const
  return newsItemOf(told, receivedAt, article)
}

/** Top headlines end with ` - CNBC`, as Google News writes them. */
const withoutPublisher = (title: string, publisher: string): string =>
  publisher !== '' && title.endsWith(` - ${publisher}`) ? title.slice(0, -publisher.length - 3) : title

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const hostOf = (url: string): string => URL.parse(url)?.hostname.replace(/^www\./, '') ?? ''
