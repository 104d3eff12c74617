import type { Partition } from '#domain/ports.ts'
import type { LogSettings } from './log-settings.ts'

/** Up to where a consumer group has read a partition: the next offset that it wants. */
export interface CommittedOffset extends Partition {
  readonly group: string
  readonly offset: bigint
}

/** What there is of a stage's topics, and who has read how far. */
export interface LogOverview {
  /** Of the topics asked for those that exist, with their partitions. */
  readonly partitions: ReadonlyMap<string, readonly number[]>
  /** Undefined where the log does not know: readers of Kinesis keep their positions to themselves. */
  readonly committed?: readonly CommittedOffset[]
}

/** @throws Refusal where the log cannot be reached */
export async function overviewOf(settings: LogSettings, topics: readonly string[]): Promise<LogOverview> {
  switch (settings.transport) {
    case 'kafka': {
      const { committedOffsets, kafkaPartitions } = await import('#adapters/kafka/overview.ts')
      const [partitions, committed] = await Promise.all([kafkaPartitions(settings, topics), committedOffsets(settings)])
      return { partitions, committed }
    }
    case 'kinesis': {
      const { kinesisPartitions } = await import('#adapters/kinesis/overview.ts')
      return { partitions: await kinesisPartitions(settings, topics) }
    }
    default:
      return settings satisfies never
  }
}
