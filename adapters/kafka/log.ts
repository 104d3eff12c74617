import type { Log, LogRecord, Partition } from '#domain/ports.ts'
import { answered, type KafkaConnection } from './connection.ts'
import { TopicReader } from './topic-reader.ts'

/** How long a fetch waits for records that are not there, ms. Nothing to wait for: what is read has been written. */
const PATIENCE = 100

/** A Kafka cluster as a log to read from. Reads need no consumer group and may run side by side. */
export class KafkaLog implements Log {
  readonly contiguous = true
  readonly #connection: KafkaConnection
  readonly #asking = new Map<string, TopicReader>()

  constructor(connection: KafkaConnection) {
    this.#connection = connection
  }

  /** @throws Refusal where the cluster cannot be reached or has no such topic. */
  async bounds({ topic, partition }: Partition): Promise<{ readonly earliest: bigint; readonly end: bigint }> {
    const reader = this.#asking.get(topic) ?? new TopicReader(this.#connection, topic)
    this.#asking.set(topic, reader)
    return { earliest: await offsetOf(reader, 'earliest', partition), end: await offsetOf(reader, 'end', partition) }
  }

  /**
   * Offsets that hold no record are passed over: a transaction's marker, or what retention has taken meanwhile; the
   * offsets of the records show the gap. A log that ends before `end` ends the reading.
   * @throws Refusal where the cluster cannot be reached or has no such topic.
   */
  async *read({ topic, partition }: Partition, from: bigint, end: bigint): AsyncIterable<readonly LogRecord[]> {
    // A connection serves one fetch at a time, so each reading has its own.
    await using reader = new TopicReader(this.#connection, topic)
    for (let next = from; next < end; ) {
      const fetched = await fetchOrSkip(reader, partition, next)
      if (fetched === undefined) return
      next = fetched.next
      const records = fetched.records.filter(({ offset }) => offset < end)
      if (records.length > 0) yield records
    }
  }

  async close(): Promise<void> {
    for (const reader of this.#asking.values()) await reader[Symbol.asyncDispose]()
    this.#asking.clear()
  }
}

/** What stands at an offset or, where nothing does, after it. Undefined at the end of the log. */
async function fetchOrSkip(reader: TopicReader, partition: number, at: bigint) {
  try {
    const [fetched] = await reader.fetch(new Map([[partition, at]]), PATIENCE)
    if (fetched !== undefined) return fetched
  } catch (error) {
    if (!answered(error, 'OFFSET_OUT_OF_RANGE')) throw error
  }
  const earliest = await offsetOf(reader, 'earliest', partition)
  if (earliest > at) return { records: [], next: earliest }
  const end = await offsetOf(reader, 'end', partition)
  return at < end ? { records: [], next: at } : undefined
}

async function offsetOf(reader: TopicReader, which: 'earliest' | 'end', partition: number): Promise<bigint> {
  const offset = (await reader.offsets(which, [partition])).get(partition)
  if (offset === undefined) throw new RangeError(`no ${which} offset of partition ${partition}`)
  return offset
}
