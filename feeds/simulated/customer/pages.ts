import type { Random } from '../random.ts'
import { chosen, type Weighted } from './chances.ts'
import type { Channel } from './persona.ts'

/** Where the product stands on the web. */
const SITE = 'https://lodestream.example'

const link = (weight: number, path: string) => ({ weight, path })

/** From each page the ones that it leads to; a page that is not named leads on as the dashboard does. */
const LINKS = {
  '/': [link(3, '/dashboard'), link(1, '/pricing'), link(1, '/docs')],
  '/welcome': [link(5, '/dashboard'), link(2, '/docs'), link(2, '/pricing'), link(1, '/settings')],
  '/dashboard': [
    ...[link(6, '/markets'), link(4, '/portfolio'), link(2, '/alerts'), link(1, '/reports')],
    ...[link(1, '/pricing'), link(0.6, '/settings'), link(0.6, '/news')],
  ],
  '/markets': [
    ...['AAPL', 'MSFT', 'NVDA', 'LMT', 'RTX', 'BTCUSDT', 'ETHUSDT'].map((symbol) => link(1, `/markets/${symbol}`)),
    link(2, '/dashboard'),
  ],
  '/portfolio': [link(3, '/markets'), link(2, '/reports'), link(2, '/dashboard'), link(0.6, '/billing')],
  '/alerts': [link(3, '/markets'), link(2, '/dashboard'), link(0.5, '/pricing')],
  '/reports': [link(2, '/portfolio'), link(2, '/dashboard'), link(1, '/pricing')],
  '/docs': [link(3, '/docs/getting-started'), link(2, '/dashboard'), link(1, '/help')],
  '/settings': [link(2, '/dashboard'), link(1, '/billing'), link(1, '/help')],
  '/billing': [link(2, '/dashboard'), link(1, '/pricing'), link(1, '/help')],
  '/pricing': [link(3, '/dashboard'), link(1, '/docs'), link(1, '/')],
} as const satisfies Readonly<Record<string, readonly (Weighted & { path: string })[]>>

const ENTRIES = [link(5, '/dashboard'), link(3, '/'), link(1.5, '/markets'), link(1, '/news'), link(1, '/alerts')]

const isNamed = (path: string): path is keyof typeof LINKS => Object.hasOwn(LINKS, path)

/** The page on which a visit begins. */
export const entryPage = (random: Random): string => chosen(ENTRIES, random).path

/** A page to which that one leads. */
export function pageAfter(path: string, random: Random): string {
  return chosen(LINKS[isNamed(path) ? path : '/dashboard'], random).path
}

/** Where somebody came from who opens a page next: the page before. */
export const withinSite = (path: string): string => `${SITE}${path}`

/** Where somebody came from at first; whom nothing but the address brought comes from nowhere. */
export function referrerOf(channel: Channel): string | undefined {
  switch (channel) {
    case 'search':
      return 'https://search.example/'
    case 'social':
      return 'https://social.example/feed'
    case 'referral':
      return 'https://partner.example/tools'
    case 'campaign':
      return 'https://ads.example/autumn'
    case 'organic':
      return undefined
    default:
      return channel satisfies never
  }
}
