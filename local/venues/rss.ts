import { etagOf } from './conditional.ts'
import { newest, PUBLISHERS, type Story, slugOf } from './news-desk.ts'
import type { Answer, Asked, Venue, World } from './venue.ts'

/** Items in a feed. */
const ITEMS = 25

/**
 * Feeds of publishers: `/coin-courier.xml` is RSS 2.0 as CoinDesk writes it, `/chain-herald.xml` as Cointelegraph does, and
 * `/market-wire.xml` is Atom.
 */
export function rss({ seed, now, faults }: World): Venue {
  return {
    name: 'rss',
    prefix: 'rss',
    about: `Feeds of publishers: ${PUBLISHERS.map((name) => `<code>/${slugOf(name)}.xml</code>`).join(', ')}`,
    problem: (status) => ({ status, headers: { 'content-type': 'text/html' }, body: `<h1>${status}</h1>` }),
    handle: ({ method, path }: Asked): Answer => {
      const publisher = PUBLISHERS.find((name) => path === `/${slugOf(name)}.xml`)
      if (method !== 'GET' || publisher === undefined) return { status: 404, body: 'Not Found' }
      const stories = [...newest(seed, now(), ITEMS, publisher)]
      const published = stories[0]?.publishedAt ?? 0
      if (faults.take('rss', ['empty_list'], path)) stories.length = 0
      if (faults.take('rss', ['duplicate'], path)) stories.unshift(...stories.slice(0, 3))
      const spoilt = faults.take('rss', ['malformed_item'], path) ? stories[0] : undefined
      const body = publisher === 'Market Wire' ? atom(stories, spoilt) : rss2(publisher, stories, spoilt)
      return {
        headers: {
          'content-type': `application/${publisher === 'Market Wire' ? 'atom' : 'rss'}+xml; charset=utf-8`,
          etag: etagOf(body),
          'last-modified': new Date(published).toUTCString(),
        },
        body,
        publishes: stories.filter((story) => story.id !== spoilt?.id).map(({ url }) => url),
      }
    },
  }
}

/** A time that none of the forms of RFC 822 is. */
const NO_TIME = 'sometime this week'

const rss2 = (publisher: string, stories: readonly Story[], spoilt: Story | undefined): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
<title>${publisher}, a stand-in</title>
<link>https://${slugOf(publisher)}.example</link>
<description>Made-up stories</description>
<language>en</language>
${stories
  .map(
    (story) => `<item>
<title>${publisher === 'Coin Courier' ? cdata(story.title) : escaped(story.title)}</title>
<link>${cdata(`${story.url}?utm_source=rss_feed&utm_medium=rss`)}</link>
<guid isPermaLink="false">${story.id}</guid>
<dc:creator>${cdata(story.author)}</dc:creator>
<pubDate>${story === spoilt ? NO_TIME : new Date(story.publishedAt).toUTCString().replace('GMT', '+0000')}</pubDate>
<description>${cdata(`<p style="float:right"><img src="https://images.example/${story.id}.jpg"></p><p>${escaped(story.summary)}</p>`)}</description>
</item>`,
  )
  .join('\n')}
</channel>
</rss>
`

const atom = (stories: readonly Story[], spoilt: Story | undefined): string =>
  `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<title>Market Wire, a stand-in</title>
<id>tag:market-wire.example,2026:/feed</id>
${stories
  .map(
    (story) => `<entry>
<id>tag:market-wire.example,2026:${story.id}</id>
<title type="html">${escaped(escaped(story.title))}</title>
<link rel="alternate" type="text/html" href="${escaped(story.url)}"/>
<published>${story === spoilt ? NO_TIME : new Date(story.publishedAt).toISOString()}</published>
<summary type="html">${escaped(`<p>${escaped(story.summary)}</p>`)}</summary>
</entry>`,
  )
  .join('\n')}
</feed>
`

const cdata = (text: string): string => `<![CDATA[${text}]]>`

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
