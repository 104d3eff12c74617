import { messageOf } from '../venue-payload.ts'
import { payloadText } from './payload-text.ts'
import { retryAfter } from './retry-after.ts'

/** Which version of an answer is known already, as its venue named it. */
export interface Version {
  readonly etag?: string
  readonly last_modified?: string
}

/** One request for what is new. */
export interface Question {
  readonly url: string
  /** Sent to this venue alone: a redirect to another host goes without them. @default none */
  readonly secretHeaders?: Readonly<Record<string, string>>
  /** @default any version is news */
  readonly known?: Version
}

/** What became of a request. */
export type Reply =
  | { readonly kind: 'payload'; readonly text: string; readonly version: Version; readonly receivedAt: number }
  | { readonly kind: 'unchanged' }
  /** Larger than is read: its beginning. */
  | { readonly kind: 'too_large'; readonly text: string; readonly receivedAt: number }
  /** The venue asks to be left alone. @param waitMs undefined where it does not say how long */
  | { readonly kind: 'not_yet'; readonly status: number; readonly waitMs: number | undefined }
  /** @param passing whether asking again may help */
  | { readonly kind: 'failed'; readonly status?: number; readonly reason: string; readonly passing: boolean }

/** Bounds of a request. */
export interface Bounds {
  /** From the request to the last byte of its answer, ms. */
  readonly timeoutMs: number
  /** Of an answer, unpacked, bytes. */
  readonly mostBytes: number
  /** Wall clock, ms. */
  readonly now: () => number
}

/** Feeds move, and say so by a redirect or two. */
const MOST_REDIRECTS = 3
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** Asks a venue once. @throws never for what a venue or the network can do */
export async function ask(question: Question, bounds: Bounds): Promise<Reply> {
  const signal = AbortSignal.timeout(bounds.timeoutMs)
  try {
    return await follow(question, new URL(question.url), MOST_REDIRECTS, bounds, signal)
  } catch (error) {
    return { kind: 'failed', reason: reasonOf(error, bounds), passing: true }
  }
}

async function follow(
  question: Question,
  url: URL,
  redirects: number,
  bounds: Bounds,
  signal: AbortSignal,
): Promise<Reply> {
  const isHome = url.origin === new URL(question.url).origin
  const { etag, last_modified } = question.known ?? {}
  const response = await fetch(url, {
    headers: {
      accept: 'application/json, application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5',
      'user-agent': 'Lodestream/0.1',
      ...(etag === undefined ? {} : { 'if-none-match': etag }),
      ...(last_modified === undefined ? {} : { 'if-modified-since': last_modified }),
      ...(isHome ? question.secretHeaders : {}),
    },
    redirect: 'manual',
    signal,
  })
  const { status, headers } = response
  if (status === 200) return payloadOf(response, bounds)
  await response.body?.cancel()
  if (status === 304) return { kind: 'unchanged' }
  if (REDIRECTS.has(status)) {
    const target = URL.parse(headers.get('location') ?? '', url.href)
    if (target === null || !/^https?:$/.test(target.protocol) || redirects === 0) {
      return { kind: 'failed', status, reason: `${status} leads nowhere`, passing: false }
    }
    return follow(question, target, redirects - 1, bounds, signal)
  }
  const waitMs = retryAfter(headers.get('retry-after'), bounds.now())
  if (status === 429 || (status === 503 && waitMs !== undefined)) return { kind: 'not_yet', status, waitMs }
  return { kind: 'failed', status, reason: `it answers ${status}`, passing: status >= 500 || status === 408 }
}

async function payloadOf(response: Response, { mostBytes, now }: Bounds): Promise<Reply> {
  const { body, headers } = response
  const chunks: Uint8Array[] = []
  let size = 0
  let isWhole = true
  for await (const chunk of body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size > mostBytes) {
      // Leaving the loop closes the connection: the rest is never read.
      isWhole = false
      break
    }
  }
  const receivedAt = now()
  const text = payloadText(Buffer.concat(chunks), headers.get('content-type'))
  if (!isWhole) return { kind: 'too_large', text, receivedAt }
  const [etag, last_modified] = [headers.get('etag'), headers.get('last-modified')]
  return {
    kind: 'payload',
    text,
    receivedAt,
    version: { ...(etag && { etag }), ...(last_modified && { last_modified }) },
  }
}

/** Why there was no answer, in the words of whoever knows best. */
function reasonOf(error: unknown, { timeoutMs }: Bounds): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`
  return messageOf(error instanceof Error && error.cause instanceof Error ? error.cause : error)
}
