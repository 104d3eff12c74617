import { createHash } from 'node:crypto'

/** Parameters that only say by which way a reader came. */
const TRACKING =
  /^(utm_.*|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid|twclid|mc_cid|mc_eid|_hsenc|_hsmi|cmpid|ocid|smid|guccounter|guce_referrer.*)$/i

/**
 * An article's address without fragment, login and tracking parameters, the others in order of their names.
 * @param base what a relative address is relative to @default only absolute ones are
 * @returns undefined where it is no address of http or https
 */
export function canonicalUrl(address: string, base?: string): string | undefined {
  const url = address.trim() === '' ? null : URL.parse(address.trim(), base)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return undefined
  url.hash = ''
  url.username = ''
  url.password = ''
  for (const name of [...new Set(url.searchParams.keys())]) if (TRACKING.test(name)) url.searchParams.delete(name)
  url.searchParams.sort()
  return url.href.endsWith('?') ? url.href.slice(0, -1) : url.href
}

/**
 * Names an article, the same whoever tells of it: 32 hexadecimal digits of a hash of its address. Scheme, `www.` and a
 * closing slash make no other article.
 * @param canonical as `canonicalUrl` answers
 */
export function itemIdOf(canonical: string): string {
  const { host, pathname, search } = new URL(canonical)
  const key = `${host.replace(/^www\./, '')}${pathname.replace(/\/+$/, '')}${search}`
  return createHash('sha256').update(key).digest('hex').slice(0, 32)
}
