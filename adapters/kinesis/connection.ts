import { KinesisClient, ListShardsCommand, ResourceNotFoundException, type Shard } from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { type AwsConnection, clientSettings, refusalOfAws } from '#adapters/aws/connection.ts'
import { Refusal } from '#domain/refusal.ts'

/**
 * Kinesis there, or as the environment names it. One attempt a call: whoever calls says what is tried again. Over HTTP/1.1,
 * since the client's own choice, HTTP/2, is for subscriptions, and nothing that stands for AWS here speaks it.
 */
export const kinesisClient = (connection: AwsConnection): KinesisClient =>
  new KinesisClient({
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ connectionTimeout: 5_000, requestTimeout: 15_000 }),
    ...clientSettings(connection),
  })

/** What an error of Kinesis amounts to: a refusal where the user can act on it, else the error itself. @param stream asked for */
export function explained(stream: string, error: unknown, connection: AwsConnection): unknown {
  if (error instanceof ResourceNotFoundException) {
    return new Refusal(`Kinesis has no stream ${stream}: lodestream up, or the stack of the streams, creates it.`)
  }
  return refusalOfAws(error, `the stream ${stream}`, connection) ?? error
}

/**
 * A stream's shards in the order of their numbers, those that a resharding has closed included.
 * @throws Refusal where Kinesis cannot be reached or has no such stream
 */
export async function shardsOf(
  client: KinesisClient,
  stream: string,
  connection: AwsConnection,
): Promise<readonly Shard[]> {
  const shards: Shard[] = []
  try {
    for (let token: string | undefined; ; ) {
      const asked = token === undefined ? { StreamName: stream } : { NextToken: token }
      const { Shards = [], NextToken } = await client.send(new ListShardsCommand(asked))
      shards.push(...Shards)
      if (NextToken === undefined) break
      token = NextToken
    }
  } catch (error) {
    throw explained(stream, error, connection)
  }
  return shards.sort((a, b) => partitionOfShard(a.ShardId ?? '') - partitionOfShard(b.ShardId ?? ''))
}

/** A shard stands for a partition: `shardId-000000000002` is partition 2. */
export const partitionOfShard = (shardId: string): number => Number(shardId.replace('shardId-', ''))

/** The shard of a partition's number. */
export const shardOfPartition = (partition: number): string => `shardId-${String(partition).padStart(12, '0')}`
