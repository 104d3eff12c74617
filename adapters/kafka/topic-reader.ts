import { Consumer, FetchIsolationLevels, type RecordsBatch } from '@platformatic/kafka'
import type { LogRecord } from '#domain/ports.ts'
import { clientOptions, type KafkaConnection, reaching } from './connection.ts'

/** Next offset to read, by partition. */
export type Positions = ReadonlyMap<number, bigint>

/** What one fetch brought of one partition. */
export interface Fetched {
  readonly partition: number
  /** In order; each with its key, which only people ask for. */
  readonly records: readonly KeyedRecord[]
  /** Where to go on: after the last record, or after what stands there instead of records, such as a transaction's marker. */
  readonly next: bigint
}

/** A record of the log with its key: empty where it has none. */
export interface KeyedRecord extends LogRecord {
  readonly key: Buffer
}

const PARTITION_BYTES = 4 * 2 ** 20
const CONTROL_BATCH = 0x20
const LOG_APPEND_TIME = 0x08
const NOTHING = Buffer.alloc(0)

/** Reads one topic by offsets over connections of its own: no group, nothing committed, nothing left behind. */
export class TopicReader implements AsyncDisposable {
  readonly #topic: string
  readonly #connection: KafkaConnection
  readonly #consumer: Consumer

  constructor(connection: KafkaConnection, topic: string) {
    this.#topic = topic
    this.#connection = connection
    // The library wants a group's name even of a consumer that never joins one.
    const options = { ...clientOptions(connection, 'lodestream-reader'), groupId: 'lodestream-reader', retries: 10 }
    this.#consumer = new Consumer({ ...options, isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED })
    this.#consumer.topics.trackAll(topic)
  }

  /** The topic's partitions, from 0. @throws Refusal where the cluster cannot be reached or has no such topic. */
  async partitions(): Promise<readonly number[]> {
    return [...(await this.#layout()).partitions.keys()]
  }

  /** The first offset still there, or the one after the last, of these partitions. */
  async offsets(which: 'earliest' | 'end', partitions: readonly number[]): Promise<Positions> {
    // Asks for the layout first, because that fails soon where nobody answers, and listing offsets would try for long.
    await this.#layout()
    const wanted = { topics: [this.#topic], partitions: { [this.#topic]: [...partitions] } }
    const timestamp = which === 'earliest' ? -2n : -1n
    const answer = await reaching(this.#connection, this.#consumer.listOffsets({ ...wanted, timestamp }))
    const found = answer.get(this.#topic) ?? []
    return new Map(
      partitions.map((partition) => {
        const offset = found[partition]
        if (offset === undefined) throw new RangeError(`the broker names no offset of ${this.#topic} ${partition}`)
        return [partition, offset]
      }),
    )
  }

  /**
   * Records from these positions on; partitions without news are left out.
   * @param patience ms to wait for news where there are none
   */
  async fetch(positions: Positions, patience: number): Promise<readonly Fetched[]> {
    const { id, partitions } = await this.#layout()
    const byLeader = Map.groupBy(positions, ([partition]) => partitions[partition]?.leader ?? -1)
    const answers = await Promise.all(
      [...byLeader].map(([node, wanted]) => {
        const asked = wanted.map(([partition, fetchOffset]) => ({
          partition,
          fetchOffset,
          currentLeaderEpoch: partitions[partition]?.leaderEpoch ?? -1,
          lastFetchedEpoch: -1,
          partitionMaxBytes: PARTITION_BYTES,
        }))
        const topics = [{ topicId: id, partitions: asked }]
        const size = { minBytes: 1, maxBytes: asked.length * PARTITION_BYTES }
        return reaching(this.#connection, this.#consumer.fetch({ node, ...size, maxWaitTime: patience, topics }))
      }),
    )
    return answers.flatMap(({ responses }) =>
      responses.flatMap(({ partitions }) =>
        partitions.flatMap(({ partitionIndex, records }) => {
          const from = positions.get(partitionIndex)
          const last = records?.at(-1)
          if (from === undefined || last === undefined) return []
          return [
            {
              partition: partitionIndex,
              records: this.#recordsOf(partitionIndex, records ?? [], from),
              next: endOf(last),
            },
          ]
        }),
      ),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#consumer.close(true)
  }

  async #layout() {
    const metadata = await reaching(this.#connection, this.#consumer.metadata({ topics: [this.#topic], retries: 3 }))
    const topic = metadata.topics.get(this.#topic)
    if (topic === undefined) throw new RangeError(`the broker describes no topic ${this.#topic}`)
    return topic
  }

  /** A fetch answers with whole batches, so the first may begin before the offset that was asked for. */
  #recordsOf(partition: number, batches: readonly RecordsBatch[], from: bigint): KeyedRecord[] {
    return batches
      .filter(({ attributes }) => (attributes & CONTROL_BATCH) === 0)
      .flatMap(({ attributes, firstOffset, firstTimestamp, maxTimestamp, records }) =>
        records.map((record) => ({
          topic: this.#topic,
          partition,
          offset: firstOffset + BigInt(record.offsetDelta),
          appendedAt: Number(attributes & LOG_APPEND_TIME ? maxTimestamp : firstTimestamp + record.timestampDelta),
          key: record.key ?? NOTHING,
          value: record.value ?? NOTHING,
        })),
      )
      .filter(({ offset }) => offset >= from)
  }
}

const endOf = ({ firstOffset, lastOffsetDelta }: RecordsBatch): bigint => firstOffset + BigInt(lastOffsetDelta) + 1n
