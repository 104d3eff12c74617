import { ListStreamsCommand } from '@aws-sdk/client-kinesis'
import { type AwsConnection, refusalOfAws } from '#adapters/aws/connection.ts'
import { kinesisClient, partitionOfShard, shardsOf } from './connection.ts'

/**
 * Of these topics, those that there is a stream for, each with its shards' numbers: also of those that a resharding has
 * closed, as long as they hold records. @throws Refusal where Kinesis cannot be reached
 */
export async function kinesisPartitions(
  connection: AwsConnection,
  topics: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const client = kinesisClient(connection)
  try {
    const there = new Set<string>()
    for (let next: string | undefined; ; ) {
      const asked = next === undefined ? {} : { NextToken: next }
      const { StreamNames = [], NextToken } = await client.send(new ListStreamsCommand(asked))
      for (const name of StreamNames) there.add(name)
      if (NextToken === undefined) break
      next = NextToken
    }
    const wanted = topics.filter((topic) => there.has(topic))
    const shards = await Promise.all(wanted.map((topic) => shardsOf(client, topic, connection)))
    return new Map(
      wanted.map((topic, i) => [topic, (shards[i] ?? []).map(({ ShardId = '' }) => partitionOfShard(ShardId))]),
    )
  } catch (error) {
    throw refusalOfAws(error, 'the streams', connection) ?? error
  } finally {
    client.destroy()
  }
}
