import { KafkaLog } from '#adapters/kafka/log.ts'
import { topics } from '#domain/events/events.ts'
import type { LogRecord, Partition } from '#domain/ports.ts'

/** Every topic's partitions, as stage local has them. */
export const PARTITIONS: readonly Partition[] = topics.flatMap((topic) =>
  [0, 1, 2, 3].map((partition) => ({ topic, partition })),
)

/** A part of one partition's log: `from` and before `to`. */
export interface Stretch extends Partition {
  readonly from: bigint
  readonly to: bigint
}

export const nameOf = ({ topic, partition }: Partition): string => `${topic}:${partition}`

/** Where each partition ends now, in the order of `PARTITIONS`. */
export async function ends(kafka: string): Promise<readonly bigint[]> {
  const log = new KafkaLog({ bootstrap: kafka })
  try {
    return await Promise.all(PARTITIONS.map(async (partition) => (await log.bounds(partition)).end))
  } finally {
    await log.close()
  }
}

/** What was appended since `before`, an earlier answer of `ends`. */
export async function since(kafka: string, before: readonly bigint[]): Promise<readonly Stretch[]> {
  const after = await ends(kafka)
  return PARTITIONS.map((partition, i) => ({ ...partition, from: before[i] ?? 0n, to: after[i] ?? 0n }))
}

/** How many offsets they cover. */
export const sizeOf = (stretches: readonly Stretch[]): number =>
  Number(stretches.reduce((sum, { from, to }) => sum + to - from, 0n))

/** All records of a stretch. */
export async function recordsOf(kafka: string, stretch: Stretch): Promise<readonly LogRecord[]> {
  const log = new KafkaLog({ bootstrap: kafka })
  const records: LogRecord[] = []
  for await (const batch of log.read(stretch, stretch.from, stretch.to)) records.push(...batch)
  return records
}

/** As a word of a command line. */
export const toWord = (stretches: readonly Stretch[]): string =>
  JSON.stringify(stretches.map(({ topic, partition, from, to }) => [topic, partition, `${from}`, `${to}`]))

/** The inverse of `toWord`. */
export const ofWord = (word: string): readonly Stretch[] =>
  (JSON.parse(word) as [string, number, string, string][]).map(([topic, partition, from, to]) => ({
    topic,
    partition,
    from: BigInt(from),
    to: BigInt(to),
  }))
