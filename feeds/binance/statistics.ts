/** What a stream has counted since it began. */
export interface Statistics {
  /** Connections that opened, and those of them that ended without our asking. */
  connected: number
  disconnected: number
  /** Attempts that did not come to a connection. */
  refused: number
  /** Connections replaced while they still stood: before the venue's 24 hours, or because it said that it will go. */
  renewed: number
  /** Connections given up because nothing came, not even an answer. */
  silent: number
  /** Trades that came through connections, copies included. */
  received: number
  /** Trades of which there was one already. */
  duplicates: number
  /** Trades from before the first one: they belong to nobody here. */
  early: number
  /** Times that ids were skipped, and how many ids that were. */
  gaps: number
  missing: number
  /** Missing ids that REST gave, that a connection brought later after all, and that were given up. The rest is open. */
  filled: number
  recovered: number
  lost: number
  /** Times that a symbol's ids began anew. */
  anew: number
  /** Messages that are no message of the venue's, or trades that no tick can be made of; missing ones from REST too. */
  unreadable: number
  /** Events of another kind, and answers to requests of ours. */
  others: number
  /** Trades with other fields than are known. */
  strange: number
  rest_requests: number
  /** 429 and 418, each with its Retry-After obeyed. */
  rest_throttled: number
  rest_failed: number
}

export const noStatistics = (): Statistics => ({
  connected: 0,
  disconnected: 0,
  refused: 0,
  renewed: 0,
  silent: 0,
  received: 0,
  duplicates: 0,
  early: 0,
  gaps: 0,
  missing: 0,
  filled: 0,
  recovered: 0,
  lost: 0,
  anew: 0,
  unreadable: 0,
  others: 0,
  strange: 0,
  rest_requests: 0,
  rest_throttled: 0,
  rest_failed: 0,
})
