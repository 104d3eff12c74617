import { setTimeout as wait } from 'node:timers/promises'
import { DescribeStreamSummaryCommand, type KinesisClient } from '@aws-sdk/client-kinesis'
import type { AwsConnection } from '#adapters/aws/connection.ts'
import type { Log, LogRecord, Partition } from '#domain/ports.ts'
import { explained, kinesisClient } from './connection.ts'
import { type Position, ShardReader } from './shard-reader.ts'

/** How far back the newest record is looked for, ms, before the whole shard is read for it. */
const WINDOWS = [10_000, 300_000, 9_000_000]
const HOUR_MS = 3_600_000
/** Between two calls for one shard, ms: it takes five a second from everybody, and Lambda's pollers need two of them. */
const SPACING_MS = 350

/**
 * Kinesis streams as a log to read from, a shard for a partition. Sequence numbers are offsets with holes between them.
 * A shard that a resharding has closed or opened is a partition like any other, to whoever asks for its number.
 */
export class KinesisLog implements Log {
  readonly contiguous = false
  readonly #connection: AwsConnection
  readonly #client: KinesisClient
  readonly #now: () => number

  /** @param now Kinesis's clock, ms. @default this machine's */
  constructor(connection: AwsConnection, now: () => number = Date.now) {
    this.#connection = connection
    this.#now = now
    this.#client = kinesisClient(connection)
  }

  /**
   * The first number is 0 as long as nothing has left the stream: no record is before it, and none is missing after it.
   * @throws Refusal where Kinesis cannot be reached or has no such stream; RangeError where it has no such shard
   */
  async bounds(partition: Partition): Promise<{ readonly earliest: bigint; readonly end: bigint }> {
    const age = await this.#age(partition.topic)
    const end = await this.#end(partition, age.ms)
    if (age.isWhole) return { earliest: 0n, end }
    for await (const [first] of this.#walk(partition, 'earliest')) {
      if (first !== undefined) return { earliest: first.offset, end }
    }
    return { earliest: end, end }
  }

  /** Reads up to `end`, or up to the newest record where that comes first. @throws as `bounds` does */
  async *read(partition: Partition, from: bigint, end: bigint): AsyncIterable<readonly LogRecord[]> {
    for await (const records of this.#walk(partition, { from })) {
      const wanted = records.filter(({ offset }) => offset < end)
      if (wanted.length > 0) yield wanted
      if (wanted.length < records.length) return
    }
  }

  async close(): Promise<void> {
    this.#client.destroy()
  }

  /** Records from a position to the newest, as fast as it leaves the shard's other readers their share. */
  async *#walk(partition: Partition, position: Position): AsyncIterable<readonly LogRecord[]> {
    const reader = new ShardReader(this.#client, this.#connection, partition, position)
    for (;;) {
      const begun = performance.now()
      const { records, atEnd } = await reader.next()
      if (records.length > 0) yield records
      if (atEnd) return
      await wait(Math.max(0, SPACING_MS - (performance.now() - begun)))
    }
  }

  /** Nothing tells the newest record's number but the record. */
  async #end(partition: Partition, age: number): Promise<bigint> {
    const positions: Position[] = WINDOWS.filter((window) => window < age).map((ms) => ({ since: this.#now() - ms }))
    for (const position of [...positions, 'earliest' as const]) {
      let newest: bigint | undefined
      for await (const records of this.#walk(partition, position)) newest = records.at(-1)?.offset ?? newest
      if (newest !== undefined) return newest + 1n
    }
    return 0n
  }

  /** How old a stream is, and whether everything that it ever took is still there. */
  async #age(stream: string): Promise<{ readonly ms: number; readonly isWhole: boolean }> {
    try {
      const { StreamDescriptionSummary } = await this.#client.send(
        new DescribeStreamSummaryCommand({ StreamName: stream }),
      )
      const created = StreamDescriptionSummary?.StreamCreationTimestamp?.getTime() ?? 0
      const ms = this.#now() - created
      return { ms, isWhole: ms < (StreamDescriptionSummary?.RetentionPeriodHours ?? 0) * HOUR_MS }
    } catch (error) {
      throw explained(stream, error, this.#connection)
    }
  }
}
