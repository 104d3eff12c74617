import type { Committer } from './committer.ts'
import { BatchDelivery, pause } from './delivery.ts'
import type { Destinations } from './destinations.ts'
import { eventText, fitting, MAXIMUM_PAYLOAD, type PendingRecord } from './event.ts'
import { type Fault, type Faults, NO_FAULT } from './faults.ts'
import type { Invocation, Invoke } from './invoke.ts'
import type { Log, Trouble } from './log.ts'
import type { Mapping } from './mapping.ts'

/** What a mapping's pollers have done since it is read. */
export interface Counters {
  records: number
  invocations: number
  discarded: number
}

/** What a poller works with. */
export interface PollerOptions {
  readonly mapping: Mapping
  readonly bootstrap: string
  readonly invoke: Invoke
  readonly destinations: Destinations
  readonly committer: Committer
  readonly faults: Faults | undefined
  readonly counters: Counters
  readonly log: Log
  readonly trouble: Trouble
  /** Room has come up for more records. */
  readonly onRoom: () => void
  /** Delivery must go on from these positions. */
  readonly onRewind: (positions: Map<number, bigint>) => void
}

const LEAST_PREFETCH = 2_000

/**
 * Delivers the records of its partitions: gathers a batch, has it handled or given up, and only then takes the next one, so
 * that no partition ever has two invocations at a time.
 */
export class Poller {
  readonly #options: PollerOptions
  readonly #queue: PendingRecord[] = []
  readonly #arrivals: number[] = []
  #bytes = 0
  #stopping = false
  #wake: (() => void) | undefined

  constructor(options: PollerOptions) {
    this.#options = options
  }

  /** Takes records in, in the order of their partitions. */
  receive(records: readonly PendingRecord[]): void {
    const now = Date.now()
    for (const record of records) {
      this.#queue.push(record)
      this.#arrivals.push(now)
      this.#bytes += record.text.length
    }
    this.#wake?.()
  }

  /** Whether more records may be fetched: two batches ahead, by count and by bytes. */
  hasRoom(): boolean {
    return (
      this.#queue.length < Math.max(2 * this.#options.mapping.batchSize, LEAST_PREFETCH) &&
      this.#bytes < 2 * MAXIMUM_PAYLOAD
    )
  }

  /** Delivers until stopped; resolves when the invocation in flight, if any, is over and what it settled is handed to commit. */
  async run(): Promise<void> {
    while (!this.#stopping) {
      const count = await this.#gather()
      if (count === 0) continue
      const batch = this.#queue.splice(0, count)
      this.#arrivals.splice(0, count)
      for (const { text } of batch) this.#bytes -= text.length
      this.#options.onRoom()
      await this.#deliver(batch)
    }
  }

  stop(): void {
    this.#stopping = true
    this.#wake?.()
  }

  /** How many records the next batch takes: as soon as it is full, or its window is over. 0 says to look again. */
  async #gather(): Promise<number> {
    const { mapping, bootstrap } = this.#options
    const first = this.#arrivals[0]
    if (first === undefined) {
      await this.#sleep()
      return 0
    }
    const count = fitting(mapping, bootstrap, this.#queue, 0)
    const left = first + mapping.windowMs - Date.now()
    if (count < mapping.batchSize && count === this.#queue.length && left > 0 && this.hasRoom()) {
      await this.#sleep(left)
      return 0
    }
    return count
  }

  async #deliver(batch: readonly PendingRecord[]): Promise<void> {
    const { mapping, committer, counters, faults } = this.#options
    const fault = faults?.() ?? NO_FAULT
    const delivery = new BatchDelivery(batch, mapping)
    if (fault.bisect) delivery.halve()
    let last: Invocation | undefined
    for (let setbacks = 0; ; ) {
      const step = delivery.next(Date.now())
      if (step.do === 'finish') break
      if (this.#stopping) break
      if (step.do === 'wait') {
        await this.#sleep(step.until - Date.now())
      } else if (step.do === 'invoke') {
        last = await this.#invoke(step.records, fault)
        delivery.invoked(last.outcome, Date.now())
      } else {
        try {
          await this.#discard(step.records, step.condition, step.invocations, last)
          setbacks = 0
          counters.discarded += step.records.length
          delivery.discarded()
        } catch (error) {
          this.#options.trouble.met('delivering to the on-failure destination', error)
          await this.#sleep(pause(++setbacks))
        }
      }
      if (!fault.dropCommit) committer.add(delivery.committable())
    }
    if (delivery.next(Date.now()).do !== 'finish') return
    counters.records += batch.length
    if (fault.duplicate) await this.#invoke(batch, NO_FAULT)
    if (fault.dropCommit) this.#rewind(batch)
  }

  async #invoke(records: readonly PendingRecord[], fault: Fault): Promise<Invocation> {
    const { mapping, bootstrap, invoke, trouble, counters } = this.#options
    const event = eventText(mapping, bootstrap, records)
    const deliveries = Array.from({ length: fault.concurrentDuplicate ? 2 : 1 }, () => invoke(mapping, event, records))
    const all = await Promise.all(deliveries)
    counters.invocations += all.length
    const worst = all.find(
      ({ outcome }) => outcome.kind !== 'returned' || outcome.failed === 'all' || outcome.failed.length > 0,
    )
    const invocation = worst ?? all[0]
    if (invocation === undefined) throw new Error('A batch was not invoked at all.')
    const { kind } = invocation.outcome
    if (kind === 'unreachable') trouble.met('invoking the function', invocation.trouble)
    else trouble.over('invoking the function')
    if (kind === 'function_error') trouble.met('the function', invocation.error)
    else if (kind === 'returned' && worst) trouble.met('the function', 'it reports failed records')
    else if (kind === 'returned') trouble.over('the function')
    return invocation
  }

  async #discard(
    records: readonly PendingRecord[],
    condition: Parameters<Destinations['deliver']>[1]['condition'],
    invocations: number,
    last: Invocation | undefined,
  ): Promise<void> {
    const { mapping, bootstrap, destinations, log, trouble } = this.#options
    const target = mapping.onFailure
    if (target) {
      await destinations.deliver(target, { mapping, bootstrap, records, condition, invocations, last, at: new Date() })
      trouble.over('delivering to the on-failure destination')
    }
    const [first, end] = [records[0], records.at(-1)]
    const facts = {
      topic: mapping.topic,
      partition: first?.partition,
      from: first?.offset,
      to: end?.offset,
      count: records.length,
      condition,
      invocations,
    }
    log('error', target ? 'records were given up to the on-failure destination' : 'records were given up', facts)
  }

  #rewind(batch: readonly PendingRecord[]): void {
    const positions = new Map<number, bigint>()
    for (const { partition, offset } of batch) {
      const committed = this.#options.committer.newest(partition) ?? offset
      if (!positions.has(partition)) positions.set(partition, committed)
    }
    const kept = this.#queue
      .map((record, index) => ({ record, arrived: this.#arrivals[index] ?? 0 }))
      .filter(({ record }) => !positions.has(record.partition))
    this.#queue.splice(0, Number.POSITIVE_INFINITY, ...kept.map(({ record }) => record))
    this.#arrivals.splice(0, Number.POSITIVE_INFINITY, ...kept.map(({ arrived }) => arrived))
    this.#bytes = this.#queue.reduce((sum, { text }) => sum + text.length, 0)
    this.#options.onRewind(positions)
    this.#options.onRoom()
  }

  #sleep(milliseconds?: number): Promise<void> {
    if (this.#stopping) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(() => this.#wake?.(), milliseconds)
      this.#wake = () => {
        clearTimeout(timer)
        this.#wake = undefined
        resolve()
      }
    })
  }
}
