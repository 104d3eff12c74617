import type { KinesisClient } from '@aws-sdk/client-kinesis'
import type { AwsConnection } from '#adapters/aws/connection.ts'
import { kinesisClient, partitionOfShard, shardsOf } from './connection.ts'
import { type KeyedRecord, type Position, ShardReader } from './shard-reader.ts'

/** Reads every shard of a stream on and on, side by side. */
export class StreamReader {
  readonly #client: KinesisClient
  readonly #shards: readonly ShardReader[]

  private constructor(client: KinesisClient, shards: readonly ShardReader[]) {
    this.#client = client
    this.#shards = shards
  }

  /** Looks the stream's shards up. @throws Refusal where Kinesis cannot be reached or has no such stream */
  static async open(connection: AwsConnection, stream: string, position: Position): Promise<StreamReader> {
    const client = kinesisClient(connection)
    try {
      const shards = await shardsOf(client, stream, connection)
      const partitions = shards.map(({ ShardId = '' }) => ({ topic: stream, partition: partitionOfShard(ShardId) }))
      return new StreamReader(
        client,
        partitions.map((partition) => new ShardReader(client, connection, partition, position)),
      )
    } catch (error) {
      client.destroy()
      throw error
    }
  }

  /** What one call for each shard brings, shard by shard, and whether none had more. */
  async next(): Promise<{ readonly records: readonly KeyedRecord[]; readonly atEnd: boolean }> {
    const reads = await Promise.all(this.#shards.map((shard) => shard.next()))
    return { records: reads.flatMap(({ records }) => records), atEnd: reads.every(({ atEnd }) => atEnd) }
  }

  close(): void {
    this.#client.destroy()
  }
}
