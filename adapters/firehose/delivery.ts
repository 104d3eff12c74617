import { setTimeout as wait } from 'node:timers/promises'
import { pauseOf } from '#domain/pause.ts'
import type { AppendOnly } from '#domain/ports.ts'
import { packCalls, packRows } from './pack.ts'

/**
 * Offers records to a delivery stream, once.
 * @returns those that it did not take, with its reason; all of them where it throttled the call or did not answer
 * @throws where offering again is useless: no such stream, no right to it
 */
export type PutRecords = (records: readonly Buffer[]) => Promise<readonly NotTaken[]>

export interface NotTaken {
  readonly record: Buffer
  readonly reason: string
}

export interface Patience {
  /** How long an append goes on, ms. @default 60,000 */
  readonly deadlineMs?: number
  /** Calls at once. @default 4 */
  readonly calls?: number
  /** The longest pause before the second attempt, ms; it doubles from attempt to attempt. @default 100 */
  readonly pauseMs?: number
  /** Where the pause stops growing, ms. @default 5,000 */
  readonly longestPauseMs?: number
}

/**
 * Rows through Firehose, packed. A record that was not taken is offered again, and no other, after pauses drawn from 0
 * to twice as long each time: many that failed together do not come back together.
 */
export class FirehoseDelivery<Row> implements AppendOnly<Row> {
  readonly #put: PutRecords
  readonly #patience: Required<Patience>

  constructor(put: PutRecords, patience: Patience = {}) {
    this.#put = put
    this.#patience = { deadlineMs: 60_000, calls: 4, pauseMs: 100, longestPauseMs: 5_000, ...patience }
  }

  /** @throws Error where Firehose has not taken every row by the deadline */
  async append(rows: readonly Row[]): Promise<void> {
    const deadline = performance.now() + this.#patience.deadlineMs
    const calls = packCalls(packRows(rows)).values()
    const stopped = new AbortController()
    const lane = async () => {
      for (const records of calls) {
        if (stopped.signal.aborted) return
        await this.#deliver(records, deadline, stopped.signal)
      }
    }
    const lanes = Array.from({ length: this.#patience.calls }, () =>
      lane().catch((error: unknown) => {
        stopped.abort()
        throw error
      }),
    )
    // No lane is left at work behind the answer: what it still sends would meet the next delivery.
    for (const outcome of await Promise.allSettled(lanes)) if (outcome.status === 'rejected') throw outcome.reason
  }

  async #deliver(records: readonly Buffer[], deadline: number, stopped: AbortSignal): Promise<void> {
    const { pauseMs, longestPauseMs } = this.#patience
    let pending = records
    for (let attempt = 0; ; attempt += 1) {
      const notTaken = await this.#put(pending)
      const [first] = notTaken
      if (first === undefined || stopped.aborted) return
      const pause = pauseOf(attempt, { base: pauseMs, cap: longestPauseMs }, Math.random)
      if (performance.now() + pause > deadline)
        throw new Error(`Firehose did not take ${notTaken.length} of ${records.length} records: ${first.reason}`)
      pending = notTaken.map(({ record }) => record)
      await wait(pause)
    }
  }
}
