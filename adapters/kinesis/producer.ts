import { hash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { KinesisClient, Shard } from '@aws-sdk/client-kinesis'
import type { AwsConnection } from '#adapters/aws/connection.ts'
import { pauseOf } from '#domain/pause.ts'
import type { EventSink, OutgoingRecord, Tally } from '#domain/ports.ts'
import { Refusal } from '#domain/refusal.ts'
import { Acknowledgements } from '../event-logs/acknowledgements.ts'
import { kinesisClient, shardsOf } from './connection.ts'
import {
  CALL_BYTES,
  CALL_RECORDS,
  KEY_LENGTH,
  type NotTaken,
  type OfferRecords,
  type Outgoing,
  offerToStream,
  RECORD_BYTES,
} from './put-records.ts'

export interface ProducerSettings {
  /** Records taken over and not yet acknowledged, at most; then `accept` waits. @default 20,000 */
  readonly pending?: number
  /** How long a record may be refused before all is given up, ms. @default 60,000 */
  readonly patience?: number
}

/** What a shard takes in a second, and so how long one batch keeps it busy. */
const SHARD_RECORDS = 1_000
const SHARD_BYTES = 2 ** 20

/** Between attempts, ms. */
const PAUSES = { base: 50, cap: 2_000 }

/** The records of one shard wait in their lane, and travel one batch at a time. */
interface Lane {
  readonly topic: string
  readonly offer: OfferRecords
  /** The last of the keys' hashes that lead to the shard. */
  readonly lastHash: bigint
  readonly waiting: Outgoing[]
  sending: boolean
}

/**
 * Appends records to Kinesis streams, each named as its topic; of what a call leaves out only that is sent again.
 *
 * A shard has at most one batch under way, as fast as a shard takes them, and none overtakes another. Within a batch
 * Kinesis may refuse a record and take a later one of the same key: the refused one then stands after those of its batch
 * that were taken, and before every later batch. Without a refusal, records of one key stand in the order of `accept`.
 * An answer that is lost lets a batch be written twice, under the same ids.
 */
export class KinesisProducer implements EventSink {
  readonly #client: KinesisClient
  readonly #lanes: ReadonlyMap<string, readonly Lane[]>
  readonly #acknowledgements: Acknowledgements
  readonly #settings: Required<ProducerSettings>
  readonly #closed = new AbortController()

  private constructor(
    client: KinesisClient,
    lanes: ReadonlyMap<string, readonly Lane[]>,
    settings: Required<ProducerSettings>,
  ) {
    this.#client = client
    this.#lanes = lanes
    this.#acknowledgements = new Acknowledgements(lanes.keys())
    this.#settings = settings
  }

  /** Looks the streams' shards up. @throws Refusal where Kinesis cannot be reached or lacks one of the streams */
  static async open(
    connection: AwsConnection,
    topics: readonly string[],
    settings: ProducerSettings = {},
  ): Promise<KinesisProducer> {
    const client = kinesisClient(connection)
    try {
      const lanes = await Promise.all(
        topics.map(async (topic): Promise<[string, readonly Lane[]]> => {
          const offer = offerToStream(client, topic, connection)
          const shards = await shardsOf(client, topic, connection)
          return [topic, lanesOf(shards).map((lastHash) => ({ topic, offer, lastHash, waiting: [], sending: false }))]
        }),
      )
      return new KinesisProducer(client, new Map(lanes), { pending: 20_000, patience: 60_000, ...settings })
    } catch (error) {
      client.destroy()
      throw error
    }
  }

  /**
   * They are sent at once, in batches where others are under way.
   * @throws Refusal also for a record that no stream takes: above 1 MiB, or with a key that is empty or above 256 characters
   */
  async accept(records: readonly OutgoingRecord[]): Promise<void> {
    this.#acknowledgements.check()
    const touched = new Set<Lane>()
    for (const { topic, key, value } of records) {
      const lane = this.#laneOf(topic, key)
      if (lane === undefined) throw new RangeError(`the producer was not opened for ${topic}`)
      lane.waiting.push(checked(topic, key, value))
      this.#acknowledgements.accept(topic)
      touched.add(lane)
    }
    for (const lane of touched) if (!lane.sending) this.#empty(lane)
    await this.#acknowledgements.below(this.#settings.pending)
  }

  async flush(): Promise<void> {
    await this.#acknowledgements.below(1)
  }

  get tally(): ReadonlyMap<string, Tally> {
    return this.#acknowledgements.tally
  }

  async close(): Promise<void> {
    this.#acknowledgements.fail(new Error('the producer was closed'))
    this.#closed.abort()
    this.#client.destroy()
  }

  /** A resharding moves keys to other shards; a key's lane stays, and with it the order of its batches. */
  #laneOf(topic: string, key: string): Lane | undefined {
    const lanes = this.#lanes.get(topic) ?? []
    if (lanes.length < 2) return lanes[0]
    const hashed = BigInt(`0x${hash('md5', key, 'hex')}`)
    return lanes.find(({ lastHash }) => hashed <= lastHash) ?? lanes.at(-1)
  }

  /** Sends what waits in the lane until nothing does; one such run a lane. */
  async #empty(lane: Lane): Promise<void> {
    lane.sending = true
    try {
      while (lane.waiting.length > 0 && !this.#acknowledgements.isOver) {
        const begun = performance.now()
        const batch = lane.waiting.splice(0, batchLength(lane.waiting))
        await this.#deliver(lane, batch)
        const busy = 1_000 * Math.max(batch.length / SHARD_RECORDS, bytesOf(batch) / SHARD_BYTES)
        const left = busy - (performance.now() - begun)
        if (lane.waiting.length > 0 && left > 0) await wait(left, undefined, { signal: this.#closed.signal })
      }
    } catch (error) {
      this.#acknowledgements.fail(error)
    } finally {
      lane.sending = false
    }
  }

  async #deliver({ topic, offer }: Lane, batch: readonly Outgoing[]): Promise<void> {
    const deadline = performance.now() + this.#settings.patience
    let pending = batch
    for (let attempt = 0; ; attempt += 1) {
      const notTaken = await offer(pending)
      this.#acknowledgements.acknowledge(topic, pending.length - notTaken.size)
      if (notTaken.size === 0) return
      const pause = pauseOf(attempt, PAUSES, Math.random)
      if (performance.now() + pause > deadline) throw refused(topic, notTaken)
      pending = pending.filter((_, at) => notTaken.has(at))
      await wait(pause, undefined, { signal: this.#closed.signal })
    }
  }
}

/** The last hash of each open shard, in their order; a closed one takes nothing any more. */
const lanesOf = (shards: readonly Shard[]): readonly bigint[] =>
  shards
    .filter(({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber === undefined)
    .map(({ HashKeyRange }) => BigInt(HashKeyRange?.EndingHashKey ?? 0))
    .sort((a, b) => (a < b ? -1 : 1))

function checked(topic: string, key: string, value: Buffer): Outgoing {
  if (key.length === 0 || key.length > KEY_LENGTH) {
    throw new Refusal(`A key of ${topic} is ${key.length} characters long: Kinesis takes 1 to ${KEY_LENGTH}.`)
  }
  const bytes = Buffer.byteLength(key) + value.length
  if (bytes > RECORD_BYTES) {
    throw new Refusal(`A record of ${topic} with the key ${key} is ${bytes} bytes long: Kinesis takes ${RECORD_BYTES}.`)
  }
  return { key, value, bytes }
}

const bytesOf = (batch: readonly Outgoing[]): number => batch.reduce((sum, { bytes }) => sum + bytes, 0)

/** How many of the waiting records make the next batch: at least one. */
function batchLength(waiting: readonly Outgoing[]): number {
  let bytes = 0
  let length = 0
  for (const record of waiting) {
    bytes += record.bytes
    if (length === CALL_RECORDS || bytes > CALL_BYTES) break
    length += 1
  }
  return length
}

function refused(topic: string, notTaken: ReadonlyMap<number, NotTaken>): unknown {
  const [first] = notTaken.values()
  if (first?.error instanceof Refusal) return first.error
  return new Refusal(
    `Kinesis went on refusing ${notTaken.size} records of ${topic} (${first?.reason}): send more slowly, or add shards.`,
  )
}
