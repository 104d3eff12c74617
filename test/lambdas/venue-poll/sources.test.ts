import { describe, expect, it } from 'vitest'
import { apiKeysOf } from '#lambdas/venue-poll/api-keys.ts'
import { sourcesOf } from '#lambdas/venue-poll/sources.ts'

const environment = {
  COINGECKO_URL: 'http://127.0.0.1:9/coingecko/',
  FEAR_GREED_URL: 'https://api.alternative.me',
  NEWSAPI_URL: 'https://newsapi.org',
  RSS_FEEDS: '[{"name":"CoinDesk","url":"https://a.example/rss"},{"name":"The Block","url":"https://b.example/rss"}]',
}
const keys = async () => ({ coingecko: 'cg', newsapi: 'na' })
const none = async () => ({ coingecko: '', newsapi: '' })
const never = () => Promise.reject(new Error('no key is needed'))

describe('sources', () => {
  it('carry their keys in headers, never in addresses', async () => {
    const [coingecko] = await sourcesOf('coingecko', environment, keys)
    expect(coingecko?.question).toMatchObject({ secretHeaders: { 'x-cg-demo-api-key': 'cg' } })
    expect(coingecko?.question.url).toMatch(
      /^http:\/\/127\.0\.0\.1:9\/coingecko\/api\/v3\/coins\/markets\?vs_currency=usd/,
    )
    const [newsapi] = await sourcesOf('newsapi', environment, keys)
    expect(newsapi?.question).toMatchObject({ secretHeaders: { 'x-api-key': 'na' } })
    expect(newsapi?.question.url).not.toContain('na&')
  })

  it('are asked without a key where they allow it, and not at all where they do not', async () => {
    expect((await sourcesOf('coingecko', environment, none))[0]?.question).toMatchObject({ secretHeaders: {} })
    expect(await sourcesOf('newsapi', environment, none)).toEqual([])
    expect(await sourcesOf('fear_greed', environment, never)).toHaveLength(1)
  })

  it('are one a feed, each remembered under its own name', async () => {
    const feeds = await sourcesOf('rss', environment, never)
    expect(feeds.map(({ name, topic }) => [name, topic])).toEqual([
      ['rss/coindesk', 'news_raw'],
      ['rss/the-block', 'news_raw'],
    ])
  })

  it.each([
    ['coingecko', { COINGECKO_URL: '' }, 'COINGECKO_URL is not set'],
    ['coingecko', { COINGECKO_URL: 'file:///etc' }, 'COINGECKO_URL is file:///etc'],
    ['rss', { RSS_FEEDS: '[]' }, 'RSS_FEEDS has to be JSON'],
    ['rss', { RSS_FEEDS: '[{"name":"a","url":"ftp://a.example"}]' }, 'RSS_FEEDS has to be JSON'],
    ['rss', { RSS_FEEDS: '[{"name":"A b","url":"http://a"},{"name":"a-B","url":"http://b"}]' }, 'two feeds alike'],
  ] as const)('%s with %j is refused', async (name, change, message) => {
    await expect(sourcesOf(name, { ...environment, ...change }, keys)).rejects.toThrow(message)
  })
})

describe('the secret of the keys', () => {
  it('may leave keys out', () => {
    expect(apiKeysOf('{"newsapi":" k\\n"}', 's')).toEqual({ coingecko: '', newsapi: 'k' })
  })

  it.each(['', 'sesame', '{"newsapi":7}', '{"newsapi":"ses\\name"}', '["sesame"]'])('%j is refused, unseen', (text) => {
    const refusal = (): unknown => apiKeysOf(text, 'the-secret')
    expect(refusal).toThrow(/^The secret the-secret has to hold JSON/)
    expect(refusal).not.toThrow(/ses/)
  })
})
