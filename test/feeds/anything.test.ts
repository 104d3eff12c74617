import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRecords } from '#adapters/avro/decode-records.ts'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { mapCoingecko } from '#feeds/coingecko.ts'
import { mapFearGreed } from '#feeds/fear-greed.ts'
import { canonicalUrl, itemIdOf } from '#feeds/news/canonical-url.ts'
import { mapNewsapi } from '#feeds/newsapi.ts'
import { mapRss } from '#feeds/rss.ts'
import { seedOf } from '#test/contracts/random.ts'

const seed = seedOf('anything')
const receivedAt = Date.UTC(2026, 10, 20)
const payloadOf = (name: string) => readFileSync(new URL(`payloads/${name}`, import.meta.url), 'utf8')
const rss = mapRss({ name: 'Wire', url: 'https://wire.example/feed' })

const mappers = [
  ['coingecko-markets.json', mapCoingecko],
  ['fear-greed.json', mapFearGreed],
  ['coindesk.xml', rss],
  ['cointelegraph.xml', rss],
  ['atom.xml', rss],
  ['newsapi-everything.json', mapNewsapi],
] as const

/** What a venue could send by a slip: its own payload with a piece replaced, and what has nothing to do with it. */
const slips = (payload: string) => {
  const place = fc.nat(payload.length)
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 5 }),
    fc.constantFrom('"', '<', '>', ']]>', '&', 'null', '-1e9'),
  )
  return fc.oneof(
    { weight: 8, arbitrary: fc.tuple(place, fc.nat(20), piece) },
    fc.tuple(fc.constant(0), fc.constant(payload.length), fc.oneof(fc.json(), fc.string({ unit: 'binary' }))),
  )
}

describe.each(mappers)('whatever stands in %s', (name, map) => {
  const payload = payloadOf(name)

  it('is mapped to events that every consumer takes, or refused with a reason; nothing throws', async () => {
    const property = fc.asyncProperty(slips(payload), async ([at, length, piece]) => {
      const mapped = map(payload.slice(0, at) + piece + payload.slice(at + length), receivedAt)
      const { rejected } = await decodeRecords(
        mapped.emissions.map(({ definition, event }, offset) => ({
          topic: definition.topic,
          partition: 0,
          offset: BigInt(offset),
          appendedAt: 0,
          value: encoderOf(definition)(event),
        })),
      )
      expect(rejected).toEqual([])
      for (const { code, reason } of mapped.refused) expect([code, reason].every((text) => text.length > 3)).toBe(true)
      if (mapped.isUnreadable) expect(mapped).toMatchObject({ emissions: [], refused: [{}] })
    })
    await fc.assert(property, { seed, numRuns: 200 })
  })
})

describe('addresses of articles', () => {
  it('are canonical once and for all, and name the same article with whatever tracks its readers', () => {
    const urls = fc.webUrl({ withQueryParameters: true, withFragments: true, validSchemes: ['http', 'https'] })
    fc.assert(
      fc.property(urls, (address) => {
        const canonical = canonicalUrl(address) ?? ''
        expect(canonicalUrl(canonical)).toBe(canonical)
        const url = new URL(address)
        url.searchParams.append('utm_source', 'x')
        expect(itemIdOf(canonicalUrl(url.href) ?? '')).toBe(itemIdOf(canonical))
      }),
      { seed },
    )
  })
})
