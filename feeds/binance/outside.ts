import { type Clock, realClock } from '../pace.ts'

/** All that the feed asks of the world around it. */
export interface Outside {
  /** For waiting, and for how long ago something was. */
  readonly clock: Clock
  /** Wall clock, ms: what `received_at` is stamped with. */
  readonly wall: () => number
  /** From 0 to below 1: draws pauses. */
  readonly random: () => number
  readonly openSocket: (url: string) => WebSocket
  readonly fetch: typeof globalThis.fetch
}

/** The machine's own clock and network. */
export const theOutside: Outside = {
  clock: realClock,
  wall: Date.now,
  random: Math.random,
  openSocket: (url) => new WebSocket(url),
  fetch: globalThis.fetch,
}
