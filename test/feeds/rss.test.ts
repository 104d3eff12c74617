import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { itemIdOf } from '#feeds/news/canonical-url.ts'
import { mapRss } from '#feeds/rss.ts'

const receivedAt = Date.UTC(2026, 10, 20, 12)
const payloadOf = (name: string) => readFileSync(new URL(`payloads/${name}`, import.meta.url), 'utf8')
const map = (name: string, url: string, file: string) => mapRss({ name, url })(payloadOf(file), receivedAt)
const item = (inner: string) => `<rss version="2.0"><channel><title>T</title><item>${inner}</item></channel></rss>`
const mapItem = (inner: string) => mapRss({ name: 'Wire', url: 'https://wire.example/feed/' })(item(inner), receivedAt)

describe('a feed', () => {
  it("is read as CoinDesk's: CDATA, guids that are no addresses, namespaces, a zone by name", () => {
    const { emissions, refused } = map('CoinDesk', 'https://www.coindesk.com/arc/outboundfeeds/rss/', 'coindesk.xml')
    expect(refused).toEqual([])
    expect(emissions.map(({ event }) => event)).toEqual([
      {
        type: 'news_item',
        item_id: itemIdOf('https://www.coindesk.com/markets/2026/08/15/robot-maker-goes-public'),
        provider: 'rss',
        publisher: 'CoinDesk',
        published_at: Date.UTC(2026, 7, 15, 16),
        title: 'Robot maker goes public. Hyperliquid traders see 4x upside from its price',
        url: 'https://www.coindesk.com/markets/2026/08/15/robot-maker-goes-public',
        summary: 'Traders value it at nearly $38 billion.',
        symbols: 'HYPE',
        received_at: receivedAt,
      },
      {
        type: 'news_item',
        item_id: itemIdOf('https://www.coindesk.com/business/2026/08/15/swiss-bank'),
        provider: 'rss',
        publisher: 'CoinDesk',
        published_at: Date.UTC(2026, 7, 15, 15, 10),
        title: 'A Swiss bank ramps up its Bitcoin & Ether exposure',
        url: 'https://www.coindesk.com/business/2026/08/15/swiss-bank',
        symbols: 'BTC,ETH',
        received_at: receivedAt,
      },
    ])
  })

  it("is read as Cointelegraph's: addresses in CDATA, markup in summaries; a day that never was is refused alone", () => {
    const { emissions, refused } = map('Cointelegraph', 'https://cointelegraph.com/rss', 'cointelegraph.xml')
    expect(emissions.map(({ event }) => event)).toMatchObject([
      {
        title: 'Here’s what happened: Bitcoin Cash & Solana’s day',
        url: 'https://cointelegraph.com/news/what-happened-in-crypto-today',
        summary: 'Need to know what happened today? Prices, DeFi & rules.',
        symbols: 'BCH,SOL',
        published_at: Date.UTC(2026, 7, 28, 20, 42, 54),
      },
    ])
    expect(refused).toMatchObject([{ code: 'published_at_wrong_type' }])
    expect(refused[0]?.reason).toContain('31 Feb 2026')
    expect(refused[0]?.original).toContain('An item whose day never was')
  })

  it('is read as Atom: alternate links, relative to the feed, escaped HTML', () => {
    const { emissions, refused } = map('Market wire', 'https://wire.example/feed', 'atom.xml')
    expect(refused).toEqual([])
    expect(emissions.map(({ event }) => event)).toMatchObject([
      {
        title: 'Lockheed (NYSE: LMT) wins order',
        url: 'https://wire.example/2026/lockheed?a=1&b=2',
        summary: 'Worth AT&T <100 million.',
        symbols: 'LMT',
        published_at: Date.UTC(2026, 10, 20, 9, 15),
      },
    ])
  })

  it('names the publisher that an aggregator names', () => {
    const { emissions } = mapItem(
      '<title>T</title><link>https://n.example/1</link><pubDate>Tue, 22 Sep 2026 10:00:00 GMT</pubDate>' +
        '<source url="https://coin.example">Coin Paper</source>',
    )
    expect(emissions[0]?.event).toMatchObject({ publisher: 'Coin Paper' })
  })

  it('takes a guid for the address only where it says that it is one', () => {
    const guid = (attribute: string) =>
      mapItem(
        `<title>T</title><guid${attribute}>https://n.example/1</guid><pubDate>Tue, 22 Sep 2026 10:00 GMT</pubDate>`,
      )
    expect(guid('').emissions[0]?.event).toMatchObject({ url: 'https://n.example/1' })
    expect(guid(' isPermaLink="false"').refused).toMatchObject([{ code: 'item_id_missing' }])
  })

  it.each([
    ['<link>javascript:alert(1)</link>', 'item_id_missing'],
    ['<link>ftp://n.example/a</link>', 'item_id_missing'],
    ['<link>https://n.example/a</link><title> </title>', 'title_malformed'],
  ])('refuses an item with %s', (inner, code) => {
    const { emissions, refused } = mapItem(`<title>T</title><pubDate>Tue, 22 Sep 2026 10:00 GMT</pubDate>${inner}`)
    const empty = mapItem(`<pubDate>Tue, 22 Sep 2026 10:00 GMT</pubDate>${inner}`)
    if (code === 'title_malformed') expect(empty.refused).toMatchObject([{ code }])
    else expect({ emissions, refused }).toMatchObject({ emissions: [], refused: [{ code }] })
  })

  it('cuts long texts between characters, at their limit', () => {
    const { emissions } = mapItem(
      `<title>${'a'.repeat(511)}😀</title><link>https://n.example/1</link><pubDate>Tue, 22 Sep 2026 10:00 GMT</pubDate>` +
        `<description>${'word '.repeat(2_000)}</description>`,
    )
    expect(emissions[0]?.event.title).toBe('a'.repeat(511))
    expect(String(emissions[0]?.event.summary).length).toBeLessThanOrEqual(2_048)
  })

  it('resolves characters once for XML and once for HTML, and no third time', () => {
    const rest = '<link>https://n.example/1</link><pubDate>Tue, 22 Sep 2026 10:00 GMT</pubDate>'
    expect(mapItem(`<title>1 &amp;amp;lt; 2</title>${rest}`).emissions[0]?.event.title).toBe('1 &lt; 2')
  })

  it('expands no entity, and reads no document that defines some', () => {
    const laughs = `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>${item('<title>&b;</title>')}`
    expect(mapRss({ name: 'Wire', url: 'https://wire.example' })(laughs, receivedAt)).toMatchObject({
      emissions: [],
      refused: [{ code: 'payload_entities' }],
    })
  })

  it.each([
    ['', 'payload_malformed'],
    ['{"status":"ok"}', 'payload_malformed'],
    [payloadOf('coindesk.xml').slice(0, 1_500), 'payload_malformed'],
    ['<html><body><p>Just a moment</p></body></html>', 'payload_unexpected'],
    [`<rss>${'<a>'.repeat(200)}${'</a>'.repeat(200)}</rss>`, 'payload_malformed'],
  ])('refuses a payload whole that is no feed (%#)', (payload, code) => {
    const mapped = mapRss({ name: 'Wire', url: 'https://wire.example' })(payload, receivedAt)
    expect(mapped).toMatchObject({ emissions: [], refused: [{ code, original: payload }], isUnreadable: true })
  })

  it('may be empty', () => {
    const empty = '<rss version="2.0"><channel><title>T</title></channel></rss>'
    expect(mapRss({ name: 'W', url: 'https://w.example' })(empty, receivedAt)).toEqual({
      emissions: [],
      refused: [],
      leftOut: 0,
      isUnreadable: false,
    })
  })
})
