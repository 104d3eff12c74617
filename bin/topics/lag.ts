import type { CommittedOffset, LogOverview } from '#adapters/event-logs/overview.ts'
import type { Log } from '#domain/ports.ts'

/** One partition, as `--json` tells it: offsets as text, because those of Kinesis are longer than numbers. */
export interface PartitionState {
  readonly partition: number
  /** The first offset still there, and the one after the last. */
  readonly earliest: string
  readonly end: string
  /** Null where offsets do not count records. */
  readonly records: number | null
  /** By consumer, how many records it has not read yet; null where nobody knows. */
  readonly lag: Readonly<Record<string, number>> | null
}

/** One topic. Partitions are null where the topic is not there. */
export interface TopicState {
  readonly topic: string
  readonly partitions: readonly PartitionState[] | null
  readonly records: number | null
  readonly lag: Readonly<Record<string, number>> | null
}

/**
 * Asks the log for the bounds of every partition, and reckons from them.
 * @param log whose offsets follow each other where `overview` knows who has read how far
 */
export async function statesOf(
  log: Pick<Log, 'bounds'>,
  overview: LogOverview,
  topics: readonly string[],
): Promise<readonly TopicState[]> {
  return Promise.all(
    topics.map(async (topic): Promise<TopicState> => {
      const numbers = overview.partitions.get(topic)
      if (numbers === undefined) return { topic, partitions: null, records: null, lag: null }
      const readers = overview.committed && readersOf(topic, overview.committed)
      const partitions = await Promise.all(
        numbers.map(async (partition): Promise<PartitionState> => {
          const { earliest, end } = await log.bounds({ topic, partition })
          const lag =
            readers &&
            Object.fromEntries(
              [...readers].map(([name, offsets]) => [name, behind(offsets.get(partition), earliest, end)]),
            )
          return {
            partition,
            earliest: String(earliest),
            end: String(end),
            records: lag === undefined ? null : Number(end - earliest),
            lag: lag ?? null,
          }
        }),
      )
      const names = [...(readers?.keys() ?? [])]
      return {
        topic,
        partitions,
        records: readers === undefined ? null : sum(partitions.map(({ records }) => records ?? 0)),
        lag:
          readers === undefined
            ? null
            : Object.fromEntries(names.map((name) => [name, sum(partitions.map(({ lag }) => lag?.[name] ?? 0))])),
      }
    }),
  )
}

/** A reader that has committed nothing begins at the first record; what retention has taken it does not lack. */
const behind = (offset: bigint | undefined, earliest: bigint, end: bigint): number => {
  const next = offset === undefined || offset < earliest ? earliest : offset
  return Number(end > next ? end - next : 0n)
}

/** Next offsets by reader and partition. */
function readersOf(
  topic: string,
  committed: readonly CommittedOffset[],
): ReadonlyMap<string, ReadonlyMap<number, bigint>> {
  const readers = new Map<string, Map<number, bigint>>()
  for (const { group, partition, offset } of committed.filter((one) => one.topic === topic)) {
    const name = readerOf(group, topic)
    const offsets = readers.get(name) ?? new Map<number, bigint>()
    offsets.set(partition, offset)
    readers.set(name, offsets)
  }
  return new Map([...readers].sort(([one], [other]) => one.localeCompare(other)))
}

/** The stacks call a group `lodestream-<stage>-<function>-<topic>`; of it the function says who reads. */
const readerOf = (group: string, topic: string): string => {
  const [, reader] = new RegExp(`^lodestream-[a-z]+-(.+)-${topic}$`).exec(group) ?? []
  return reader ?? group
}

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0)
