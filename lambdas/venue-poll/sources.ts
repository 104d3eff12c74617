import { z } from 'zod'
import { marketSnapshot } from '#domain/events/market-snapshot.ts'
import { newsItem } from '#domain/events/news-item.ts'
import { sentiment } from '#domain/events/sentiment.ts'
import { jsonOf } from '#domain/json.ts'
import { Refusal } from '#domain/refusal.ts'
import { setting } from '#domain/settings.ts'
import { coingeckoKeyHeader, coingeckoPath, mapCoingecko } from '#feeds/coingecko.ts'
import { fearGreedPath, mapFearGreed } from '#feeds/fear-greed.ts'
import { mapNewsapi, newsapiKeyHeader, newsapiPath } from '#feeds/newsapi.ts'
import { mapRss, type RssFeed } from '#feeds/rss.ts'
import type { ApiKeys } from './api-keys.ts'
import type { Source } from './poll-source.ts'

/** What is polled, each by a schedule of its own. */
export const sourceNames = ['coingecko', 'fear_greed', 'rss', 'newsapi'] as const
export type SourceName = (typeof sourceNames)[number]

type Environment = Readonly<Record<string, string | undefined>>

/**
 * What one schedule polls: a source, or each of the feeds.
 * @param keysOf reads them; asked only where a venue takes one
 * @returns none where the venue answers nobody without a key, and there is none
 * @throws Refusal where the environment is wrong, or the keys are
 */
export async function sourcesOf(
  name: SourceName,
  environment: Environment,
  keysOf: () => Promise<ApiKeys>,
): Promise<readonly Source[]> {
  const atDenial = 'is its key in the secret of API_KEYS_SECRET still good?'
  switch (name) {
    case 'coingecko': {
      const { coingecko } = await keysOf()
      const url = addressOf(environment, 'COINGECKO_URL', coingeckoPath)
      const secretHeaders = coingecko === '' ? {} : { [coingeckoKeyHeader]: coingecko }
      return [{ name, topic: marketSnapshot.topic, question: { url, secretHeaders }, map: mapCoingecko, atDenial }]
    }
    case 'fear_greed': {
      const url = addressOf(environment, 'FEAR_GREED_URL', fearGreedPath)
      return [{ name, topic: sentiment.topic, question: { url }, map: mapFearGreed, atDenial: NO_KEY }]
    }
    case 'newsapi': {
      const { newsapi } = await keysOf()
      if (newsapi === '') return []
      const url = addressOf(environment, 'NEWSAPI_URL', newsapiPath)
      const question = { url, secretHeaders: { [newsapiKeyHeader]: newsapi } }
      return [{ name, topic: newsItem.topic, question, map: mapNewsapi, atDenial }]
    }
    case 'rss':
      return feedsOf(setting(environment, 'RSS_FEEDS')).map((feed) => ({
        name: `rss/${slugOf(feed)}`,
        topic: newsItem.topic,
        question: { url: feed.url },
        map: mapRss(feed),
        atDenial: NO_KEY,
      }))
    default:
      throw new Error(`${name satisfies never} is no source`)
  }
}

const NO_KEY = 'it takes no key, so it refuses our address or agent'

/** A path below the address of a setting, which may itself have one: the stand-in serves each venue below its own. */
function addressOf(environment: Environment, name: string, path: string): string {
  const base = setting(environment, name)
  if (!/^https?:$/.test(URL.parse(base)?.protocol ?? ''))
    throw new Refusal(`${name} is ${base}; it has to be an address such as https://api.example.com.`)
  return `${base.replace(/\/+$/, '')}${path}`
}

const feeds = z.array(z.object({ name: z.string().min(1), url: z.url({ protocol: /^https?$/ }) })).min(1)

/** @throws Refusal where the text is not a list of feeds whose names differ */
function feedsOf(text: string): readonly RssFeed[] {
  const { success, data } = feeds.safeParse(jsonOf(text))
  if (!success) throw new Refusal('RSS_FEEDS has to be JSON such as [{"name":"CoinDesk","url":"https://…"}].')
  if (new Set(data.map(slugOf)).size < data.length)
    throw new Refusal('RSS_FEEDS names two feeds alike: each name is that of what is remembered of its feed.')
  return data
}

const slugOf = ({ name }: RssFeed): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
