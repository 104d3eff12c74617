import { Admin } from '@platformatic/kafka'
import type { CommittedOffset } from '#adapters/event-logs/overview.ts'
import { clientOptions, type KafkaConnection, reaching } from './connection.ts'

/** Of these topics, those that there are, each with its partitions. @throws Refusal where the cluster cannot be reached */
export const kafkaPartitions = (
  connection: KafkaConnection,
  topics: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> =>
  asking(connection, async (admin) => {
    const there = new Set(await admin.listTopics())
    const wanted = topics.filter((topic) => there.has(topic))
    if (wanted.length === 0) return new Map()
    const metadata = await admin.metadata({ topics: wanted })
    return new Map(wanted.map((topic) => [topic, [...(metadata.topics.get(topic)?.partitions.keys() ?? [])]]))
  })

/** What the consumer groups have committed, those of other programs included. @throws as `kafkaPartitions` does */
export const committedOffsets = (connection: KafkaConnection): Promise<readonly CommittedOffset[]> =>
  asking(connection, async (admin) => {
    const groups = [...(await admin.listGroups()).keys()]
    if (groups.length === 0) return []
    const answers = await admin.listConsumerGroupOffsets({ groups })
    return answers.flatMap(({ groupId: group, topics }) =>
      topics.flatMap(({ name: topic, partitions }) =>
        partitions
          .filter(({ committedOffset }) => committedOffset >= 0n)
          .map(({ partitionIndex: partition, committedOffset: offset }) => ({ group, topic, partition, offset })),
      ),
    )
  })

async function asking<T>(connection: KafkaConnection, ask: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = new Admin({ ...clientOptions(connection, 'lodestream-overview'), retries: 3 })
  try {
    return await reaching(connection, ask(admin))
  } finally {
    await admin.close()
  }
}
