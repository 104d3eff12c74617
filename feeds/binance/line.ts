import { pauseOf } from '#domain/pause.ts'
import { Connection, type ConnectionSettings } from './connection.ts'
import type { Outside } from './outside.ts'
import type { Statistics } from './statistics.ts'

export interface LineSettings extends ConnectionSettings {
  readonly url: string
  /** After how long a connection is replaced, ms: before the venue's 24 hours. */
  readonly renewMs: number
  /** How much earlier the first one is, so that lines do not renew together, ms. */
  readonly firstEarlierMs: number
}

/**
 * Pauses between attempts, ms: longer where it does not come to a connection at all. The venue takes 300 attempts in 5
 * minutes from an address; two lines that are hung up on at once every time make some 240.
 */
const PAUSES = { refused: { base: 250, cap: 30_000 }, cut: { base: 250, cap: 5_000 } }
/** A connection that stood so long was a good one, and the next attempt counts as the first. */
const STABLE_MS = 5_000

/** For how long a connection that has been replaced is still listened to, ms. */
const LINGER_MS = 500

/** What a line is doing, for whoever waits upon it. */
export interface LineEvents {
  readonly onMessage: (data: string | Buffer, at: number) => void
  /** The last trouble in words: why there is no connection. */
  readonly onTrouble: (reason: string) => void
}

/**
 * Keeps one connection up until it is stopped: reconnects where it breaks, and replaces it before its time is over. The
 * new one stands before the old one is left, so that both bring the same trades for a moment.
 */
export class Line {
  readonly #settings: LineSettings
  readonly #outside: Outside
  readonly #statistics: Statistics
  readonly #events: LineEvents
  #failures = 0
  #pauses = PAUSES.cut
  #leaving = Promise.withResolvers<void>()

  constructor(settings: LineSettings, outside: Outside, statistics: Statistics, events: LineEvents) {
    this.#settings = settings
    this.#outside = outside
    this.#statistics = statistics
    this.#events = events
  }

  /** The venue said that it will go away: the connection is replaced now. */
  renew(): void {
    this.#leaving.resolve()
  }

  /** Resolves when it was stopped. */
  async run(stop: AbortSignal): Promise<void> {
    const stopped = Promise.withResolvers<void>()
    stop.addEventListener('abort', () => stopped.resolve(), { once: true })
    let current: Connection | undefined
    let renewMs = this.#settings.renewMs - this.#settings.firstEarlierMs
    while (!stop.aborted) {
      current ??= await this.#open(stop)
      if (current === undefined) continue
      const timer = new AbortController()
      const over = await Promise.race([
        current.ended,
        this.#leaving.promise.then(() => 'due' as const),
        this.#outside.clock
          .wait(this.#left(current, renewMs), AbortSignal.any([stop, timer.signal]))
          .then(() => 'due' as const),
        stopped.promise.then(() => 'stopped' as const),
      ])
      timer.abort()
      if (stop.aborted || over === 'stopped') break
      if (over === 'due') {
        const next = await this.#open(stop)
        if (next === undefined) continue
        renewMs = this.#settings.renewMs
        this.#statistics.renewed += 1
        this.#note(current)
        this.#leaveSoon(current, stop)
        current = next
      } else {
        this.#statistics.disconnected += 1
        if (over === 'silent') this.#statistics.silent += 1
        this.#note(current)
        this.#events.onTrouble(
          over === 'silent' ? 'nothing came, not even an answer' : (current.trouble ?? 'the connection ended'),
        )
        current = undefined
      }
    }
    current?.leave()
  }

  /** A connection that is open; undefined where it did not come to that, after the pause that follows. */
  async #open(stop: AbortSignal): Promise<Connection | undefined> {
    await this.#pause(stop)
    if (stop.aborted) return undefined
    const { url } = this.#settings
    const connection = new Connection(url, this.#outside, this.#settings, this.#events.onMessage)
    const abandon = () => connection.leave()
    stop.addEventListener('abort', abandon, { once: true })
    const isOpen = await connection.opened
    stop.removeEventListener('abort', abandon)
    if (isOpen) {
      this.#leaving = Promise.withResolvers<void>()
      this.#statistics.connected += 1
      return connection
    }
    if (stop.aborted) return undefined
    this.#failures += 1
    this.#pauses = PAUSES.refused
    this.#statistics.refused += 1
    this.#events.onTrouble(connection.trouble ?? `no connection within ${this.#settings.openMs} ms`)
    return undefined
  }

  async #pause(stop: AbortSignal): Promise<void> {
    if (this.#failures === 0) return
    const { clock, random } = this.#outside
    await clock.wait(pauseOf(this.#failures - 1, this.#pauses, random), stop)
  }

  /** What the venue has sent on the old connection alone may still be on its way. */
  #leaveSoon(connection: Connection, stop: AbortSignal): void {
    void this.#outside.clock.wait(LINGER_MS, stop).then(() => connection.leave())
  }

  /** How long a connection stood decides how soon the next one is tried. */
  #note({ openedAt }: Connection): void {
    const stood = this.#outside.clock.now() - (openedAt ?? 0)
    this.#failures = stood >= STABLE_MS ? 1 : this.#failures + 1
    this.#pauses = PAUSES.cut
  }

  #left({ openedAt }: Connection, renewMs: number): number {
    return Math.max(0, (openedAt ?? 0) + renewMs - this.#outside.clock.now())
  }
}
