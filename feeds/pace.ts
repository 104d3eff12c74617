import { setTimeout as delay } from 'node:timers/promises'
import type { Emission } from './emission.ts'

/** The time of the one who emits. Tests pass one that they turn by hand. */
export interface Clock {
  /** Milliseconds since some fixed moment; never runs backwards. */
  now(): number
  /** Resolves when that many milliseconds have passed, or earlier when `stop` aborts. */
  wait(ms: number, stop: AbortSignal): Promise<void>
}

/** The machine's clock. */
export const realClock: Clock = {
  now: () => performance.now(),
  async wait(ms, stop) {
    try {
      await delay(ms, undefined, { signal: stop })
    } catch (error) {
      if (!stop.aborted) throw error
    }
  },
}

/** How fast a feed's clock runs against the real one: 1 at its own pace, 10 ten times it; 'max' waits for nothing. */
export type Speed = number | 'max'

/** Batches are cut here, so that a fast feed neither holds up the event loop nor grows a batch without bound. */
const BATCH = 1_000

/**
 * Yields what is due, in the feed's order and never early. The feed's first event is due at once; where the consumer
 * falls behind, everything overdue comes in full batches until the feed has caught up.
 * @param stop ends it: what was not due by then is not yielded.
 */
export async function* paced(
  emissions: Iterable<Emission>,
  speed: Speed,
  clock: Clock,
  stop: AbortSignal,
): AsyncGenerator<readonly Emission[], void, void> {
  let origin: { readonly feed: number; readonly real: number } | undefined
  let due: Emission[] = []
  let now = clock.now()
  for (const emission of emissions) {
    if (speed !== 'max') {
      origin ??= { feed: emission.at, real: now }
      const dueAt = origin.real + (emission.at - origin.feed) / speed
      if (dueAt > now) now = clock.now()
      if (dueAt > now && due.length > 0) {
        yield due
        due = []
        now = clock.now()
      }
      // Timers may fire early by a fraction of a millisecond.
      for (; dueAt > now && !stop.aborted; now = clock.now()) await clock.wait(dueAt - now, stop)
      if (stop.aborted) return
    }
    due.push(emission)
    if (due.length === BATCH) {
      yield due
      due = []
      if (stop.aborted) return
    }
  }
  if (due.length > 0) yield due
}
