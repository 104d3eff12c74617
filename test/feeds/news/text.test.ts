import { describe, expect, it } from 'vitest'
import { canonicalUrl, itemIdOf } from '#feeds/news/canonical-url.ts'
import { plainText } from '#feeds/news/plain-text.ts'
import { timeOfIso, timeOfPublication, timeOfRfc822 } from '#feeds/news/publication-time.ts'

describe('plain text', () => {
  it.each([
    ['<p>One</p><p>two <b>th</b>ree</p>', 'One two three'],
    ['1 < 2 and I <3 you', '1 < 2 and I <3 you'],
    ['a<script>if (a<b) x()</script>b<style>p{}</style>c', 'a b c'],
    ['a<!-- no -->b<!-- open', 'ab'],
    ['&amp;lt;b&amp;gt; &#8217;&#x2019; &eacute; &nosuch; &#0; &#xD800;', '&lt;b&gt; ’’ é &nosuch; \uFFFD'],
    ['line\r\n\tbreak\u0000\u0007\u202E!', 'line break!'],
    ['half \ud83d pair', 'half \uFFFD pair'],
    ['an open <a href="x', 'an open <a href="x'],
    ['   ', ''],
  ])('%j is %j', (html, text) => {
    expect(plainText(html, 500)).toBe(text)
  })

  it.each(['<', '<a', '<!--', '<script>', '&#', '<a><', '</script'])('takes time for its length only: %s…', (piece) => {
    const began = performance.now()
    plainText(piece.repeat(60_000), 2_048)
    expect(performance.now() - began).toBeLessThan(300)
  })
})

describe('an address', () => {
  it('has no tracking, fragment or login, and its parameters in order', () => {
    expect(canonicalUrl('https://u:p@N.example:443/a/?b=2&utm_source=x&a=1&fbclid=y#top')).toBe(
      'https://n.example/a/?a=1&b=2',
    )
    expect(canonicalUrl('https://n.example/a?utm_campaign=z')).toBe('https://n.example/a')
  })

  it('names the same article whatever the way to it, and another one otherwise', () => {
    const id = (address: string) => itemIdOf(canonicalUrl(address) ?? '')
    expect(id('http://www.n.example/a/?utm_medium=rss')).toBe(id('https://n.example/a'))
    expect(id('https://n.example/a')).toMatch(/^[0-9a-f]{32}$/)
    expect(new Set(['/a', '/b', '/a?id=1', '/a?id=2', '/A'].map((path) => id(`https://n.example${path}`))).size).toBe(5)
  })

  it.each(['', 'a/b', 'javascript:alert(1)', 'data:text/html,x', 'mailto:a@b.example', 'https://'])(
    '%j is none',
    (text) => {
      expect(canonicalUrl(text)).toBeUndefined()
    },
  )
})

describe('a time of publication', () => {
  const noon = Date.UTC(2026, 7, 5, 12)
  it.each([
    'Wed, 05 Aug 2026 12:00:00 GMT',
    'Wed, 5 Aug 2026 12:00:00 +0000',
    '5 Aug 26 12:00 UT',
    'Wed, 05 Aug 2026 08:00:00 EDT',
    'Wed, 05 August 2026 05:00:00 PDT',
    'Wed,  05 Aug 2026\n14:00:00 +02:00',
    '2026-08-05T12:00:00Z',
    '2026-08-05T13:30:00.000+01:30',
    '2026-08-05T12:00Z',
  ])('%j', (text) => {
    expect(timeOfPublication(text)).toBe(noon)
  })

  it('drops what is finer than a millisecond; a date alone is its midnight', () => {
    expect(timeOfIso('2026-08-05T12:00:00.1239Z')).toBe(noon + 123)
    expect(timeOfIso('2026-08-05')).toBe(Date.UTC(2026, 7, 5))
    expect(timeOfRfc822('01 Jan 99 00:00 Z')).toBe(Date.UTC(1999, 0))
  })

  it.each([
    '',
    'yesterday',
    'Wed, 05 Aug 2026 12:00:00 XYZ',
    'Wed, 05 Aug 2026 12:00:00',
    'Wed, 32 Aug 2026 12:00:00 GMT',
    'Wed, 05 Foo 2026 12:00:00 GMT',
    'Wed, 05 Aug 2026 25:00:00 GMT',
    '2026-02-30T12:00:00Z',
    '2026-08-05T12:00:00',
    '1786881600',
  ])('%j is none', (text) => {
    expect(timeOfPublication(text)).toBeUndefined()
  })
})
