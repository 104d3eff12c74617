import { setTimeout } from 'node:timers/promises'
import { Consumer, type RecordsBatch } from '@platformatic/kafka'
import { pause } from './delivery.ts'
import { encodeRecord, type PendingRecord } from './event.ts'
import type { Log, Trouble } from './log.ts'

type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>

const LONG_POLL_MS = 500
const MAXIMUM_FETCH = 16 << 20
const MAXIMUM_PARTITION_FETCH = 4 << 20
const LOG_APPEND_TIME = 0x08
const CONTROL = 0x20

/** What a feed reads, and whom it feeds. */
export interface FeedOptions {
  readonly bootstrap: string
  readonly topic: string
  readonly groupId: string
  /** Where to begin, by partition. The feed moves on in a copy. */
  readonly positions: ReadonlyMap<number, bigint>
  readonly onRecords: (records: PendingRecord[]) => void
  /** Whether more may be fetched now; where not, `wake` says when to ask again. */
  readonly hasRoom: () => boolean
  /** A partition's log does not hold the position any more, and reading went on elsewhere. */
  readonly onMoved: (partition: number, position: bigint) => void
  readonly log: Log
  readonly trouble: Trouble
}

/** Reads some partitions of a topic by long polls on a connection of its own, as far ahead as there is room. */
export class Feed {
  readonly #options: FeedOptions
  readonly #positions: Map<number, bigint>
  readonly #consumer: Consumer
  #topicId: string | undefined
  #node = 0
  #open = true
  #generation = 0
  readonly #closed = Promise.withResolvers<void>()
  #wake: (() => void) | undefined

  constructor(options: FeedOptions) {
    this.#options = options
    this.#positions = new Map(options.positions)
    this.#consumer = new Consumer({
      clientId: 'kafka-event-source-feed',
      groupId: options.groupId,
      bootstrapBrokers: [options.bootstrap],
      retries: 0,
    })
    this.#consumer.topics.trackAll(options.topic)
    this.#consumer.on('error', () => undefined)
  }

  /** Fetches until closed. Kafka's absence is waited out. */
  async run(): Promise<void> {
    let setbacks = 0
    while (this.#open) {
      if (!this.#options.hasRoom()) {
        await this.#sleep()
        continue
      }
      const generation = this.#generation
      try {
        const response = await this.#fetch()
        this.#options.trouble.over('fetching')
        setbacks = 0
        // What was fetched before a rewind would come twice, and out of order.
        if (this.#open && generation === this.#generation) this.#take(response)
      } catch (error) {
        if (!this.#open) return
        setbacks++
        // A broker that was restarted knows no fetch sessions: the next attempt opens one, and nobody needs to hear of it.
        if (setbacks > 1) this.#options.trouble.met('fetching', error)
        this.#topicId = undefined
        await Promise.race([setTimeout(pause(setbacks)), this.#closed.promise])
        if (isOutOfRange(error))
          await this.#moveIntoRange().catch((why: unknown) => this.#options.trouble.met('finding the log', why))
      }
    }
  }

  /** Asks for room again. */
  wake(): void {
    this.#wake?.()
  }

  /** Goes back to earlier positions; whatever is on its way from the old ones is dropped. */
  rewind(positions: ReadonlyMap<number, bigint>): void {
    this.#generation++
    for (const [partition, position] of positions) this.#positions.set(partition, position)
  }

  async close(): Promise<void> {
    this.#open = false
    this.#wake?.()
    this.#closed.resolve()
    await Promise.resolve(this.#consumer.close(true)).catch(() => undefined)
  }

  async #fetch(): Promise<FetchResponse> {
    const topicId = this.#topicId ?? (await this.#locate())
    const partitions = [...this.#positions].map(([partition, fetchOffset]) => ({
      partition,
      fetchOffset,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
      partitionMaxBytes: MAXIMUM_PARTITION_FETCH,
    }))
    const topics = [{ topicId, partitions }]
    return this.#consumer.fetch({
      node: this.#node,
      minBytes: 1,
      maxBytes: MAXIMUM_FETCH,
      maxWaitTime: LONG_POLL_MS,
      topics,
    })
  }

  async #locate(): Promise<string> {
    const { topic } = this.#options
    const found = (await this.#consumer.metadata({ topics: [topic], forceUpdate: true })).topics.get(topic)
    if (!found) throw new Error(`topic ${topic} does not exist`)
    // The local cluster has one broker, so that one node leads every partition.
    this.#node = found.partitions[0]?.leader ?? 0
    this.#topicId = found.id
    return found.id
  }

  #take(response: FetchResponse): void {
    const records: PendingRecord[] = []
    for (const { partitions } of response.responses)
      for (const { partitionIndex, records: batches } of partitions)
        for (const batch of batches ?? []) this.#unpack(partitionIndex, batch, records)
    if (records.length > 0) this.#options.onRecords(records)
  }

  #unpack(partition: number, batch: RecordsBatch, into: PendingRecord[]): void {
    const position = this.#positions.get(partition) ?? 0n
    this.#positions.set(partition, batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n)
    if (batch.attributes & CONTROL) return
    const appended = (batch.attributes & LOG_APPEND_TIME) !== 0
    const firstTimestamp = Number(batch.firstTimestamp)
    for (const record of batch.records) {
      const offset = batch.firstOffset + BigInt(record.offsetDelta)
      if (offset < position) continue
      into.push(
        encodeRecord({
          topic: this.#options.topic,
          partition,
          offset,
          timestamp: appended ? Number(batch.maxTimestamp) : firstTimestamp + Number(record.timestampDelta),
          timestampType: appended ? 'LOG_APPEND_TIME' : 'CREATE_TIME',
          key: record.key,
          value: record.value,
          headers: record.headers,
        }),
      )
    }
  }

  /** Retention took records before they were read, or the topic was made anew: reading goes on at the log's first record. */
  async #moveIntoRange(): Promise<void> {
    const { topic, log, onMoved } = this.#options
    const earliest = (await this.#consumer.listOffsets({ topics: [topic], timestamp: -2n })).get(topic) ?? []
    const latest = (await this.#consumer.listOffsets({ topics: [topic], timestamp: -1n })).get(topic) ?? []
    for (const [partition, position] of this.#positions) {
      const [first, end] = [earliest[partition] ?? 0n, latest[partition] ?? 0n]
      if (position >= first && position <= end) continue
      log('error', 'the log does not hold the next record any more, reading goes on at its first one', {
        topic,
        partition,
        wanted: position,
        first,
        end,
      })
      this.#positions.set(partition, first)
      onMoved(partition, first)
    }
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined
        resolve()
      }
    })
  }
}

function isOutOfRange(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('apiId' in error && error.apiId === 'OFFSET_OUT_OF_RANGE') return true
  return [...(error instanceof AggregateError ? error.errors : []), error.cause].some(isOutOfRange)
}
