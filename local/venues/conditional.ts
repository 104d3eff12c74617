import { hash } from 'node:crypto'
import type { Answer, Asked } from './venue.ts'

/** A tag of the body's very bytes, weak as servers that compress make it. */
export const etagOf = (body: string): string => `W/"${hash('md5', body)}"`

/**
 * Whether the asker already has this version: by If-None-Match, and only without it by If-Modified-Since (RFC 9110,
 * 13.2.2). Tags compare weakly.
 */
export function isUnchanged({ status = 200, headers = {} }: Answer, asked: Asked['headers']): boolean {
  if (status !== 200) return false
  const known = asked['if-none-match']
  if (known !== undefined) {
    const tag = headers.etag
    return tag !== undefined && known.split(',').some((one) => opaque(one.trim()) === opaque(tag))
  }
  const since = Date.parse(asked['if-modified-since'] ?? '')
  const modified = Date.parse(headers['last-modified'] ?? '')
  return modified <= since
}

const opaque = (tag: string): string => tag.replace(/^W\//, '')
