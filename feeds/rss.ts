import { XMLParser, XMLValidator } from 'fast-xml-parser'
import type { Emission } from './emission.ts'
import { decodeEntities } from './news/plain-text.ts'
import { newsItemOf } from './news/to-news-item.ts'
import {
  isObject,
  type MapPayload,
  mapItems,
  messageOf,
  type RefusedItem,
  refusedPayload,
  unexpectedItem,
} from './venue-payload.ts'

/** A feed of a publisher. */
export interface RssFeed {
  /** Who publishes it, as readers know them. */
  readonly name: string
  readonly url: string
}

const CDATA = '#cdata'
const TEXT = '#text'

/**
 * Entities are left alone: we resolve characters ourselves, once, so that nothing that a document defines can expand.
 * Nesting is bounded by the parser.
 */
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: TEXT,
  cdataPropName: CDATA,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: 50,
  isArray: (name) => name === 'item' || name === 'entry' || name === 'link',
})

/** Maps a document of RSS 2.0, RSS 1.0 or Atom, as publishers write them. */
export const mapRss =
  (feed: RssFeed): MapPayload =>
  (payload, receivedAt) => {
    const refuse = (code: string, reason: string) => refusedPayload(code, `${feed.name} sent ${reason}`, payload)
    if (/<!ENTITY/i.test(payload)) return refuse('payload_entities', 'a document that defines entities: it is not read')
    // The parser alone would make something of half a document.
    const valid = XMLValidator.validate(payload, { allowBooleanAttributes: true })
    if (valid !== true) return refuse('payload_malformed', `no XML: ${valid.err.msg} (line ${valid.err.line})`)
    let document: unknown
    try {
      document = parser.parse(payload)
    } catch (error) {
      return refuse('payload_malformed', `XML that cannot be read: ${messageOf(error)}`)
    }
    const items = itemsOf(document)
    if (items === undefined) return refuse('payload_unexpected', 'XML that is neither RSS nor Atom')
    return mapItems(items, payload, (item) => articleOf(feed, item, receivedAt))
  }

/** Its items or entries; undefined where it is no feed. */
function itemsOf(document: unknown): readonly unknown[] | undefined {
  if (!isObject(document)) return undefined
  const { rss, feed, 'rdf:RDF': rdf } = document
  if (isObject(feed)) return listOf(feed.entry)
  if (isObject(rdf)) return listOf(rdf.item)
  return isObject(rss) && isObject(rss.channel) ? listOf(rss.channel.item) : undefined
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function articleOf(feed: RssFeed, item: unknown, receivedAt: number): Emission | RefusedItem {
  if (!isObject(item)) return unexpectedItem(`${feed.name} has an item without fields`, item)
  const told = {
    provider: 'rss',
    // An aggregator names whose article it is.
    publisher: textOf(item.source) || feed.name,
    published: firstText(item.pubDate, item.published, item['dc:date'], item.updated),
    title: textOf(item.title),
    url: linkOf(item),
    summary: firstText(item.description, item.summary, item['content:encoded'], item.content),
    base: feed.url,
  } as const
  return newsItemOf(told, receivedAt, item)
}

/** RSS's link is text, Atom's an attribute; a guid that says that it is an address serves where there is neither. */
function linkOf(item: Readonly<Record<string, unknown>>): string | undefined {
  const links = listOf(item.link)
  const text = links.map(textOf).find((link) => link !== '')
  if (text !== undefined) return text
  const alternate = links.find(
    (link) => isObject(link) && (link['@rel'] === undefined || link['@rel'] === 'alternate') && link['@href'],
  )
  if (isObject(alternate)) return decodeEntities(String(alternate['@href']))
  const { guid } = item
  const isPermanent = !isObject(guid) || guid['@isPermaLink'] !== 'false'
  const id = textOf(guid)
  return isPermanent && /^https?:/i.test(id) ? id : undefined
}

const firstText = (...values: readonly unknown[]): string | undefined =>
  values.map(textOf).find((text) => text.trim() !== '')

/** An element's text: what stands in CDATA as it stands there, the rest with its characters resolved. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return decodeEntities(value).trim()
  if (Array.isArray(value)) return textOf(value[0])
  if (!isObject(value)) return ''
  const { [TEXT]: text, [CDATA]: data } = value
  const parts = [typeof text === 'string' ? decodeEntities(text) : '', ...[data].flat().map((part) => part ?? '')]
  return parts.join('').trim()
}
