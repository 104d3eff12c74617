import type { KafkaConnection } from '#adapters/kafka/connection.ts'
import { type KeyedRecord, type Positions, TopicReader } from '#adapters/kafka/topic-reader.ts'
import { byAppending, type From } from './from.ts'

/** How long a fetch waits for news, ms: what Ctrl-C may have to wait for. */
const PATIENCE = 250

/** Records of a Kafka topic as they come, those of one fetch in the order of their appending. Ends when `stop` aborts. */
export async function* recordsOfTopic(
  connection: KafkaConnection,
  topic: string,
  from: From,
  stop: AbortSignal,
): AsyncGenerator<readonly KeyedRecord[]> {
  await using reader = new TopicReader(connection, topic)
  let positions: Positions
  if (typeof from === 'number') {
    const last = await lastRecords(reader, from, stop)
    if (last.records.length > 0) yield last.records
    positions = last.positions
  } else {
    positions = await reader.offsets(from === 'latest' ? 'end' : 'earliest', await reader.partitions())
  }
  while (!stop.aborted) {
    const fetched = await reader.fetch(positions, PATIENCE)
    const records = fetched.flatMap(({ records }) => records)
    positions = new Map([...positions, ...fetched.map(({ partition, next }) => [partition, next] as const)])
    if (records.length > 0) yield records.sort(byAppending)
  }
}

/** The last `count` records of the topic, whichever partitions they stand in, and where to go on. */
async function lastRecords(reader: TopicReader, count: number, stop: AbortSignal) {
  const partitions = await reader.partitions()
  const earliest = await reader.offsets('earliest', partitions)
  const end = await reader.offsets('end', partitions)
  const most = (a: bigint, b = 0n) => (a > b ? a : b)
  let positions: Positions = new Map(
    [...end].map(([partition, offset]) => [partition, most(offset - BigInt(count), earliest.get(partition))]),
  )
  const records: KeyedRecord[] = []
  const unread = () => new Map([...positions].filter(([partition, next]) => next < (end.get(partition) ?? 0n)))
  for (let wanted = unread(); wanted.size > 0 && !stop.aborted; wanted = unread()) {
    const fetched = await reader.fetch(wanted, PATIENCE)
    for (const part of fetched) records.push(...part.records)
    positions = new Map([...positions, ...fetched.map(({ partition, next }) => [partition, next] as const)])
  }
  return { records: records.sort(byAppending).slice(-count), positions }
}
