import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { mapNewsapi, newsapiPath } from '#feeds/newsapi.ts'
import { mapRss } from '#feeds/rss.ts'

const receivedAt = Date.UTC(2026, 7, 16)
const payloadOf = (name: string) => readFileSync(new URL(`payloads/${name}`, import.meta.url), 'utf8')

describe('NewsAPI', () => {
  const { emissions, refused, leftOut } = mapNewsapi(payloadOf('newsapi-everything.json'), receivedAt)

  it('tells of articles; those taken back are none, one without a time is refused', () => {
    expect(emissions.map(({ event }) => event)).toMatchObject([
      { provider: 'newsapi', publisher: 'CoinDesk', symbols: 'BTC,ETH', summary: 'Options, mostly.' },
      {
        publisher: 'CNBC',
        title: 'Nvidia and Microsoft lead shares up',
        symbols: 'MSFT,NVDA',
        published_at: Date.UTC(2026, 7, 15, 16, 50),
      },
    ])
    expect(emissions[1]?.event).not.toHaveProperty('summary')
    expect(leftOut).toBe(1)
    expect(refused).toMatchObject([{ code: 'published_at_missing' }])
  })

  it('names an article as its RSS feed does', () => {
    const feed = { name: 'CoinDesk', url: 'https://www.coindesk.com/arc/outboundfeeds/rss/' }
    const [, told] = mapRss(feed)(payloadOf('coindesk.xml'), receivedAt).emissions
    expect(emissions[0]?.event.item_id).toBe(told?.event.item_id)
  })

  it.each([
    ['nonsense', 'payload_malformed'],
    ['{"status":"error","code":"rateLimited","message":"You have made too many requests"}', 'venue_error'],
    ['{"status":"ok","totalResults":0}', 'payload_unexpected'],
    ['{"status":"ok","articles":[null]}', 'item_unexpected'],
  ])('refuses %s', (payload, code) => {
    expect(mapNewsapi(payload, receivedAt)).toMatchObject({ emissions: [], refused: [{ code }] })
  })

  it('is asked no longer question than it takes', () => {
    expect(new URL(newsapiPath, 'https://newsapi.org').searchParams.get('q')?.length).toBeLessThanOrEqual(500)
  })
})
