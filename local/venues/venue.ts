import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Fault, Faults } from './faults.ts'

/** The outside that we stand in for, by the names that faults and `/sent` use. */
export const venueNames = ['binance', 'coingecko', 'fear_greed', 'rss', 'newsapi'] as const
export type VenueName = (typeof venueNames)[number]

/** A request to a venue. */
export interface Asked {
  readonly method: string
  /** Below the venue's prefix, beginning with a slash: /api/v3/coins/markets. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** What a venue answers. The server makes a 304 of it where the asker already has that version. */
export interface Answer {
  /** @default 200 */
  readonly status?: number
  /** Names in lower case; `etag` and `last-modified` are what conditional requests are compared with. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  /** The venue's own ids of what the body tells, for `/sent`: noted once all of it has gone out. @default none */
  readonly publishes?: readonly string[]
}

/** One source of the outside, as it speaks. Data move by the clock that it is given, and repeat with the seed. */
export interface Venue {
  readonly name: VenueName
  /** First part of its paths: `binance` for /binance/…. */
  readonly prefix: string
  /** What it stands in for, and where: a sentence for the landing page. */
  readonly about: string
  handle(asked: Asked): Answer | Promise<Answer>
  /** A WebSocket on a path below the prefix. @default such requests are refused */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** How it words an error of that status: 429, 500, 503. */
  problem(status: number): Answer
  /** Acts upon a fault at once. @returns whether that was all; otherwise it waits for the next request. */
  strike?(fault: Fault): boolean
  /** What `/sent` tells of it. @default the ids that its answers published, in their order */
  sent?(): unknown
  close?(): void | Promise<void>
}

/** What every venue is made with. */
export interface World {
  /** The same seed gives the same data at the same time. */
  readonly seed: number
  /** The clock that data move by, ms; POST /clock sets it ahead. */
  readonly now: () => number
  readonly faults: Faults
}
