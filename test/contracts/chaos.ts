import { decodeRecords } from '#adapters/avro/decode-records.ts'
import { byEventType } from '#domain/metrics/fold.ts'
import { metrics } from '#domain/metrics/metrics.ts'
import type { HotStore } from '#domain/ports.ts'
import { type HotMetrics, updateHotMetrics } from '#lambdas/hot-metrics/update-hot-metrics.ts'
import { type RebuildResult, rebuildPartition } from '#lambdas/hot-rebuild/rebuild-partition.ts'
import type { SampleLog } from './sample-log.ts'

/** What may go wrong, as shares of one: deliveries twice at once, answers of Lambda lost, processes killed at an await. */
export interface Faults {
  readonly twiceAtOnce: number
  readonly commitLost: number
  readonly bisected: number
  readonly killed: number
  readonly rebuild: number
}

type Method = Exclude<keyof HotStore, 'bucketsPerAdvance'>
const METHODS: readonly Method[] = [
  'generations',
  'propose',
  'standing',
  'buckets',
  'ids',
  'advance',
  'close',
  'replace',
  'abandon',
  'sweep',
]

/**
 * Runs processes against one store, one call at a time in an order drawn at random, before and after each of which a
 * process may be killed: it then never goes on, as a Lambda that is ended.
 */
export class Chaos {
  readonly #random: () => number
  readonly #store: HotStore
  readonly #killed: number
  #waiting: (() => void)[] = []
  #running = 0
  #names = 0

  constructor(store: HotStore, random: () => number, killed: number) {
    this.#store = store
    this.#random = random
    this.#killed = killed
  }

  /** A process of its own, with what a container holds; its store calls wait for their turn, and may never return. */
  process(): HotMetrics & { readonly died: Promise<'killed'> } {
    const death = Promise.withResolvers<'killed'>()
    const gate = async () => {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
      if (this.#random() >= this.#killed) return
      death.resolve('killed')
      await new Promise(() => undefined)
    }
    const hotStore = Object.create(this.#store) as HotStore
    for (const name of METHODS) {
      const method = this.#store[name].bind(this.#store) as (...args: unknown[]) => Promise<unknown>
      Object.defineProperty(hotStore, name, {
        value: async (...args: unknown[]) => {
          await gate()
          const answer = await method(...args)
          await gate()
          return answer
        },
      })
    }
    Object.defineProperty(hotStore, 'bucketsPerAdvance', { value: this.#store.bucketsPerAdvance })
    return {
      hotStore,
      metrics: new Map(metrics.map((metric) => [metric.name, metric])),
      metricsOf: byEventType(metrics),
      shape: 'today',
      decode: decodeRecords,
      now: () => Date.UTC(2026, 0, 5, 12, 10),
      newToken: () => `t${this.#unique()}`,
      newGeneration: () => `g${this.#unique()}`,
      warm: new Map(),
      died: death.promise,
    }
  }

  #unique(): number {
    this.#names += 1
    return this.#names
  }

  /** Runs works side by side until each has ended or died. */
  async run<T>(works: readonly Promise<T>[]): Promise<readonly PromiseSettledResult<T>[]> {
    this.#running = works.length
    const ended = Promise.allSettled(
      works.map((work) =>
        work.finally(() => {
          this.#running -= 1
        }),
      ),
    )
    while (this.#running > 0) {
      if (this.#waiting.length < this.#running) {
        await new Promise((resolve) => setImmediate(resolve))
        continue
      }
      const [next] = this.#waiting.splice(Math.floor(this.#random() * this.#waiting.length), 1)
      next?.()
    }
    this.#waiting = []
    return ended
  }
}

/**
 * Delivers a log as an event source does, from the committed offset on, to whichever of several processes, with faults.
 * @param onStep is called between deliveries, to flush or fail over. @returns when every record was acknowledged.
 */
export async function deliver(
  log: SampleLog,
  store: HotStore,
  random: () => number,
  faults: Faults,
  onStep: (committed: number) => Promise<void> = async () => undefined,
): Promise<void> {
  const chaos = new Chaos(store, random, faults.killed)
  const processes = [chaos.process(), chaos.process(), chaos.process()]
  const pick = () => Math.floor(random() * processes.length)
  let committed = 0
  while (committed < log.records.length) {
    await onStep(committed)
    const size = 1 + Math.floor(random() * 12)
    const batch = log.records.slice(committed, committed + size)
    const parts = random() < faults.bisected ? [batch.slice(0, size >> 1), batch.slice(size >> 1)] : [batch]
    let done = true
    for (const part of parts) {
      const count = async (at: number) => {
        const process = processes[at] ?? chaos.process()
        const outcome = await Promise.race([process.died, updateHotMetrics(log.partition, part, true, process)])
        if (outcome === 'killed') processes[at] = chaos.process()
        return outcome
      }
      const rebuild = async () => {
        const process = chaos.process()
        const outside = { ...process, log, deadline: Number.POSITIVE_INFINITY }
        return Promise.race([process.died, rebuildPartition(log.partition, true, outside).then(() => undefined)])
      }
      const first = pick()
      const works = [count(first)]
      if (random() < faults.twiceAtOnce) works.push(count((first + 1) % processes.length))
      if (random() < faults.rebuild) works.push(rebuild())
      const results = await chaos.run(works)
      const failed = results.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
      const acknowledged = results[0]?.status === 'fulfilled' && results[0].value !== 'killed'
      if (!acknowledged) {
        done = false
        break
      }
    }
    if (done && random() >= faults.commitLost) committed += batch.length
  }
}

/** Rebuilds until the partition is whole, as the schedule does. */
export async function heal(
  log: SampleLog,
  store: HotStore,
  random: () => number,
  shape = 'today',
): Promise<RebuildResult> {
  const chaos = new Chaos(store, random, 0)
  const outside = { ...chaos.process(), shape, log, deadline: Number.POSITIVE_INFINITY }
  const [result] = await chaos.run([rebuildPartition(log.partition, false, outside)])
  if (result?.status !== 'fulfilled') throw result?.reason ?? new Error('it did not run')
  return result.value
}
