import { mostOf } from '#domain/events/fields.ts'
import { newsItem } from '#domain/events/news-item.ts'
import type { Emission } from '../emission.ts'
import { emissionOf, type RefusedItem } from '../venue-payload.ts'
import { canonicalUrl, itemIdOf } from './canonical-url.ts'
import { cut, plainText } from './plain-text.ts'
import { timeOfPublication } from './publication-time.ts'
import { symbolsIn } from './symbols.ts'

/** An article as a venue tells of it; what it leaves out is undefined or ''. */
export interface Article {
  readonly provider: 'rss' | 'newsapi'
  readonly publisher: string
  /** RFC 822 or ISO 8601. */
  readonly published: string | undefined
  /** HTML, or text that may hold some. */
  readonly title: string
  readonly url: string | undefined
  readonly summary: string | undefined
  /** What a relative address is relative to. @default only absolute ones are addresses */
  readonly base?: string
}

const { title: titleField, summary: summaryField, publisher: publisherField, symbols: symbolsField } = newsItem.fields

/** The news item of an article, or what is wrong with it. @param original as the venue sent it */
export function newsItemOf(article: Article, receivedAt: number, original: unknown): Emission | RefusedItem {
  const title = plainText(article.title, mostOf(titleField))
  const summary = plainText(article.summary ?? '', mostOf(summaryField))
  const url = canonicalUrl(article.url ?? '', article.base)
  const symbols = cutList(symbolsIn(title), mostOf(symbolsField))
  return emissionOf(
    newsItem,
    {
      ...(url === undefined ? {} : { item_id: itemIdOf(url), url }),
      provider: article.provider,
      publisher: cut(plainText(article.publisher, mostOf(publisherField)), mostOf(publisherField)),
      published_at: article.published ? (timeOfPublication(article.published) ?? article.published) : undefined,
      title,
      ...(summary === '' ? {} : { summary }),
      ...(symbols === '' ? {} : { symbols }),
    },
    receivedAt,
    original,
  )
}

/** As many of them as the field takes, none of them cut. */
function cutList(symbols: readonly string[], most: number): string {
  const text = symbols.join(',')
  return text.length <= most ? text : text.slice(0, text.lastIndexOf(',', most))
}
