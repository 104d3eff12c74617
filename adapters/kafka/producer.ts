import { ProduceAcks, Producer } from '@platformatic/kafka'
import type { EventSink, OutgoingRecord, Tally } from '#domain/ports.ts'
import { Acknowledgements } from '../event-logs/acknowledgements.ts'
import { clientOptions, explained, type KafkaConnection, reaching } from './connection.ts'
import { partitionOf } from './murmur2.ts'

export interface ProducerSettings {
  /** Records taken over and not yet acknowledged, at most; then `accept` waits. @default 20,000 */
  readonly pending?: number
  /** Times that a batch is tried again before all is given up. @default 60: well over a minute where nobody listens */
  readonly retries?: number
  /** How long one request may take, ms, before it is sent again on a new connection. @default 15,000 */
  readonly requestTimeout?: number
}

/** Below the broker's `message.max.bytes` (1 MiB), with room for the batch's own header and the records' overhead. */
const BATCH_BYTES = 900_000
const BATCH_RECORDS = 5_000
const RECORD_OVERHEAD = 32

/** The records of one partition wait in their lane, and travel one batch at a time. */
interface Lane {
  readonly topic: string
  readonly partition: number
  readonly waiting: OutgoingMessage[]
  sending: boolean
}

interface OutgoingMessage {
  readonly topic: string
  readonly partition: number
  readonly key: Buffer
  readonly value: Buffer
}

/**
 * Appends records to Kafka: acknowledged by all in-sync replicas, and once, however often a batch must be sent again.
 *
 * The broker tells a repeated batch by producer id, partition and sequence number. So a partition has at most one batch
 * under way, which keeps the sequence whole whatever is repeated, and a batch holds one partition's records, so that a
 * partition whose leader moves takes no other along. What cannot be delivered ends the producer: a new attempt under a
 * new producer id could write twice.
 */
export class KafkaProducer implements EventSink {
  readonly #bootstrap: string
  readonly #producer: Producer
  readonly #lanes: ReadonlyMap<string, readonly Lane[]>
  readonly #acknowledgements: Acknowledgements
  readonly #limit: number

  private constructor(
    bootstrap: string,
    producer: Producer,
    lanes: ReadonlyMap<string, readonly Lane[]>,
    limit: number,
  ) {
    this.#bootstrap = bootstrap
    this.#producer = producer
    this.#lanes = lanes
    this.#acknowledgements = new Acknowledgements(lanes.keys())
    this.#limit = limit
  }

  /** Connects. @throws Refusal where the cluster cannot be reached or lacks one of the topics. */
  static async open(
    connection: KafkaConnection,
    topics: readonly string[],
    { pending = 20_000, retries = 60, requestTimeout = 15_000 }: ProducerSettings = {},
  ): Promise<KafkaProducer> {
    const options = clientOptions(connection, 'lodestream-producer')
    const producer = new Producer({ ...options, idempotent: true, retries, timeout: 10_000, requestTimeout })
    try {
      const metadata = await reaching(connection, producer.metadata({ topics: [...topics], retries: 3 }))
      await reaching(connection, producer.initIdempotentProducer({}))
      const lanes = topics.map((topic): [string, readonly Lane[]] => {
        const partitions = metadata.topics.get(topic)?.partitionsCount ?? 0
        return [
          topic,
          Array.from({ length: partitions }, (_, n) => ({ topic, partition: n, waiting: [], sending: false })),
        ]
      })
      return new KafkaProducer(connection.bootstrap, producer, new Map(lanes), pending)
    } catch (error) {
      await producer.close()
      throw error
    }
  }

  /** They are sent at once, in batches where others are under way. */
  async accept(records: readonly OutgoingRecord[]): Promise<void> {
    this.#acknowledgements.check()
    const touched = new Set<Lane>()
    for (const { topic, key, value } of records) {
      const lanes = this.#lanes.get(topic)
      const bytes = Buffer.from(key)
      const lane = lanes?.[partitionOf(bytes, lanes.length)]
      if (lane === undefined) throw new RangeError(`the producer was not opened for ${topic}`)
      lane.waiting.push({ topic, partition: lane.partition, key: bytes, value })
      this.#acknowledgements.accept(topic)
      touched.add(lane)
    }
    for (const lane of touched) if (!lane.sending) this.#empty(lane)
    await this.#acknowledgements.below(this.#limit)
  }

  async flush(): Promise<void> {
    await this.#acknowledgements.below(1)
  }

  get tally(): ReadonlyMap<string, Tally> {
    return this.#acknowledgements.tally
  }

  async close(): Promise<void> {
    this.#acknowledgements.fail(new Error('the producer was closed'))
    await this.#producer.close(true)
  }

  /** Sends what waits in the lane until nothing does; one such run a lane. */
  async #empty(lane: Lane): Promise<void> {
    lane.sending = true
    try {
      while (lane.waiting.length > 0 && !this.#acknowledgements.isOver) {
        const messages = lane.waiting.splice(0, batchLength(lane.waiting))
        const { offsets } = await this.#producer.send({ messages, acks: ProduceAcks.ALL })
        if (offsets?.length !== 1)
          throw new Error(`the broker's answer names ${offsets?.length} partitions instead of one`)
        this.#acknowledgements.acknowledge(lane.topic, messages.length)
      }
    } catch (error) {
      this.#acknowledgements.fail(explained(this.#bootstrap, error))
    } finally {
      lane.sending = false
    }
  }
}

/** How many of the waiting messages make the next batch: at least one, however large. */
function batchLength(waiting: readonly OutgoingMessage[]): number {
  let bytes = 0
  let length = 0
  for (const { key, value } of waiting) {
    bytes += key.length + value.length + RECORD_OVERHEAD
    if (length === BATCH_RECORDS || (bytes > BATCH_BYTES && length > 0)) break
    length += 1
  }
  return length
}
