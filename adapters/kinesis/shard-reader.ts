import { setTimeout as wait } from 'node:timers/promises'
import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  InvalidArgumentException,
  type KinesisClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-kinesis'
import type { AwsConnection } from '#adapters/aws/connection.ts'
import { passingFault } from '#adapters/aws/passing-fault.ts'
import type { LogRecord, Partition } from '#domain/ports.ts'
import { explained, shardOfPartition, shardsOf } from './connection.ts'

/** Where to begin: at either end, at the first record that was not before a moment (ms), or at a sequence number. */
export type Position = 'earliest' | 'latest' | { readonly since: number } | { readonly from: bigint }

/** A record with its key. */
export interface KeyedRecord extends LogRecord {
  readonly key: Buffer
}

export interface Read {
  /** In order. */
  readonly records: readonly KeyedRecord[]
  /** Whether there was nothing more at the time, or never will be: the shard is closed. */
  readonly atEnd: boolean
  /** How far the last of them is behind the newest, ms. */
  readonly behind: number
}

/** Times that a throttled or unanswered call is made, and the pause before the second, ms; it doubles up to the longest. */
const ATTEMPTS = 10
const PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000

/** Reads one shard on and on; an iterator that expires meanwhile is replaced by one after the last record read. */
export class ShardReader {
  readonly #client: KinesisClient
  readonly #connection: AwsConnection
  readonly #partition: Partition
  #position: Position
  #iterator: string | undefined
  #isClosed = false

  constructor(client: KinesisClient, connection: AwsConnection, partition: Partition, position: Position) {
    this.#client = client
    this.#connection = connection
    this.#partition = partition
    this.#position = position
  }

  /** The records of one call; none where there are none just now. @throws Refusal, RangeError where there is no such shard */
  async next(): Promise<Read> {
    if (this.#isClosed) return { records: [], atEnd: true, behind: 0 }
    try {
      this.#iterator ??= await this.#begin()
      const asked = new GetRecordsCommand({ ShardIterator: this.#iterator })
      const {
        Records = [],
        NextShardIterator,
        MillisBehindLatest = 0,
      } = await patiently(() => this.#client.send(asked))
      this.#iterator = NextShardIterator
      this.#isClosed = NextShardIterator === undefined
      const records = this.#wanted(
        Records.map(({ SequenceNumber, ApproximateArrivalTimestamp, PartitionKey = '', Data }) => ({
          ...this.#partition,
          offset: BigInt(SequenceNumber ?? 0),
          appendedAt: ApproximateArrivalTimestamp?.getTime() ?? 0,
          key: Buffer.from(PartitionKey),
          value: Data ?? new Uint8Array(),
        })),
      )
      const last = records.at(-1)
      if (last !== undefined) this.#position = { from: last.offset + 1n }
      return { records, atEnd: this.#isClosed || MillisBehindLatest === 0, behind: MillisBehindLatest }
    } catch (error) {
      if (!(error instanceof ExpiredIteratorException)) throw await this.#explained(error)
      this.#iterator = undefined
      return this.next()
    }
  }

  /** An iterator may lead to before the sequence number that was asked for. */
  #wanted(records: readonly KeyedRecord[]): readonly KeyedRecord[] {
    const position = this.#position
    if (typeof position === 'string' || !('from' in position)) return records
    return records.filter(({ offset }) => offset >= position.from)
  }

  async #begin(): Promise<string> {
    const position = this.#position
    if (position === 'earliest') return this.#iteratorAt({ ShardIteratorType: 'TRIM_HORIZON' })
    if (position === 'latest') return this.#iteratorAt({ ShardIteratorType: 'LATEST' })
    if ('since' in position)
      return this.#iteratorAt({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(position.since) })
    return position.from === 0n ? this.#iteratorAt({ ShardIteratorType: 'TRIM_HORIZON' }) : this.#beginAt(position.from)
  }

  /**
   * Kinesis takes only numbers that it has given. The one that is asked for usually follows one such; else it is one;
   * else the shard is read from its beginning, for those from there on.
   */
  async #beginAt(from: bigint): Promise<string> {
    const before: Start = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: `${from - 1n}` }
    const itself: Start = { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: `${from}` }
    for (const start of [before, itself]) {
      try {
        return await this.#iteratorAt(start)
      } catch (error) {
        // A stream or shard that is not there is said again below.
        if (!(error instanceof InvalidArgumentException || error instanceof ResourceNotFoundException)) throw error
      }
    }
    return this.#iteratorAt({ ShardIteratorType: 'TRIM_HORIZON' })
  }

  async #iteratorAt(start: Start): Promise<string> {
    const { topic, partition } = this.#partition
    const asked = new GetShardIteratorCommand({ StreamName: topic, ShardId: shardOfPartition(partition), ...start })
    const { ShardIterator } = await patiently(() => this.#client.send(asked))
    if (ShardIterator === undefined) throw new TypeError(`Kinesis gave no iterator of ${topic}, partition ${partition}`)
    return ShardIterator
  }

  /** A missing shard and a missing stream are the same error to Kinesis. */
  async #explained(error: unknown): Promise<unknown> {
    const { topic, partition } = this.#partition
    if (error instanceof ResourceNotFoundException) {
      const shards = await shardsOf(this.#client, topic, this.#connection)
      if (!shards.some(({ ShardId }) => ShardId === shardOfPartition(partition)))
        return new RangeError(`${topic} has no partition ${partition}: it has ${shards.length} shards`)
    }
    return explained(topic, error, this.#connection)
  }
}

type Start = Pick<GetShardIteratorCommandInput, 'ShardIteratorType' | 'StartingSequenceNumber' | 'Timestamp'>

/** Makes a call again where it was throttled or not answered. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call()
    } catch (error) {
      if (attempt === ATTEMPTS || passingFault(error) === undefined) throw error
      await wait((0.5 + Math.random() / 2) * Math.min(LONGEST_PAUSE_MS, PAUSE_MS * 2 ** (attempt - 1)))
    }
  }
}
