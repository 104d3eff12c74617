import { newest } from './news-desk.ts'
import type { Answer, Asked, Venue, World } from './venue.ts'

/** The one key that it takes. */
export const STAND_IN_KEY = 'stand-in'

/** NewsAPI's `/v2/everything` and `/v2/top-headlines`, for the key `stand-in`. */
export function newsapi({ seed, now, faults }: World): Venue {
  return {
    name: 'newsapi',
    prefix: 'newsapi',
    about: `NewsAPI (newsapi.org): <code>/v2/everything</code>, <code>/v2/top-headlines</code>, with the key <code>${STAND_IN_KEY}</code>`,
    problem: (status) =>
      status === 429
        ? errorOf(status, 'rateLimited', 'You have made too many requests recently.')
        : errorOf(status, 'unexpectedError', 'This should not happen.'),
    handle: ({ method, path, query, headers }: Asked): Answer => {
      const key = headers['x-api-key'] ?? query.get('apiKey')
      if (method !== 'GET' || !['/v2/everything', '/v2/top-headlines'].includes(path))
        return errorOf(404, 'endpointDoesntExist', 'The requested endpoint does not exist.')
      if (!key) return errorOf(401, 'apiKeyMissing', 'Your API key is missing.')
      if (key !== STAND_IN_KEY) return errorOf(401, 'apiKeyInvalid', 'Your API key is invalid or incorrect.')
      if (path === '/v2/everything' && !query.has('q'))
        return errorOf(400, 'parametersMissing', 'Required parameters are missing: q.')
      const size = Number(query.get('pageSize') ?? (path === '/v2/everything' ? 100 : 20))
      if (!(size >= 1 && size <= 100)) return errorOf(400, 'parameterInvalid', 'pageSize is from 1 to 100.')
      const articles = newest(seed, now(), size).map((story) => ({
        source: { id: null, name: story.publisher },
        author: story.author,
        title: path === '/v2/everything' ? story.title : `${story.title} - ${story.publisher}`,
        description: story.summary,
        url: story.url,
        urlToImage: null,
        publishedAt: new Date(story.publishedAt).toISOString().replace('.000Z', 'Z') as string | null,
        content: `${story.summary.slice(0, 40)}… [+2445 chars]`,
      }))
      if (faults.take('newsapi', ['empty_list'], path)) articles.length = 0
      if (faults.take('newsapi', ['duplicate'], path)) articles.unshift(...articles.slice(0, 3))
      if (faults.take('newsapi', ['malformed_item'], path)) Object.assign(articles[0] ?? {}, { publishedAt: null })
      return {
        headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache' },
        body: JSON.stringify({ status: 'ok', totalResults: articles.length, articles: [...articles, REMOVED] }),
        publishes: articles.filter(({ publishedAt }) => publishedAt !== null).map(({ url }) => url),
      }
    },
  }
}

/** How it tells of an article that its publisher took back. */
const REMOVED = {
  source: { id: null, name: '[Removed]' },
  author: null,
  title: '[Removed]',
  description: '[Removed]',
  url: 'https://removed.com',
  urlToImage: null,
  publishedAt: '1970-01-01T00:00:00Z',
  content: '[Removed]',
}

const errorOf = (status: number, code: string, message: string): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify({ status: 'error', code, message }),
})
