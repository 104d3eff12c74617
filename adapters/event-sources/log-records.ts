import type { LogRecord, Partition } from '#domain/ports.ts'

/** A batch as Lambda's Kafka event source delivers it. */
export interface KafkaEvent {
  readonly eventSource: 'aws:kafka' | 'SelfManagedKafka'
  /** By `topic-partition`. */
  readonly records: Readonly<Record<string, readonly KafkaEventRecord[]>>
}

export interface KafkaEventRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  /** Base64; absent or null for a record without a value. */
  readonly value?: string | null
}

/** A batch as Lambda's Kinesis event source delivers it: one shard's records. */
export interface KinesisEvent {
  readonly Records: readonly KinesisEventRecord[]
}

export interface KinesisEventRecord {
  readonly eventSource: 'aws:kinesis'
  readonly eventID: string
  readonly eventSourceARN: string
  readonly kinesis: {
    readonly sequenceNumber: string
    readonly approximateArrivalTimestamp: number
    readonly data: string
  }
}

/** One partition's share of a delivery, in order, with the way to name a record of it to Lambda. */
export interface Delivery extends Partition {
  readonly records: readonly LogRecord[]
  /** Kafka's offsets have no holes but those that the log explains; Kinesis's sequence numbers are nothing but holes. */
  readonly contiguous: boolean
  /**
   * What `batchItemFailures` has to hold for Lambda to deliver that record again. Kafka's source then delivers just the
   * named ones, Kinesis's everything from the first named one on.
   */
  failureAt(record: LogRecord): { readonly itemIdentifier: unknown }
}

/** Takes a Lambda event apart by partition. @throws TypeError where it comes from neither source. */
export function deliveriesOf(event: unknown): readonly Delivery[] {
  if (isKafka(event)) return Object.entries(event.records).flatMap(([name, records]) => kafkaDelivery(name, records))
  if (isKinesis(event)) return kinesisDeliveries(event.Records)
  throw new TypeError('the event comes neither from Kafka nor from Kinesis: check the event source mapping')
}

const isKafka = (event: unknown): event is KafkaEvent =>
  typeof event === 'object' && event !== null && 'records' in event && 'eventSource' in event

const isKinesis = (event: unknown): event is KinesisEvent =>
  typeof event === 'object' &&
  event !== null &&
  'Records' in event &&
  Array.isArray(event.Records) &&
  event.Records.every((record) => record?.eventSource === 'aws:kinesis')

function kafkaDelivery(name: string, records: readonly KafkaEventRecord[]): readonly Delivery[] {
  const [first] = records
  if (first === undefined) return []
  const { topic, partition } = first
  return [
    {
      topic,
      partition,
      contiguous: true,
      records: records.map(({ offset, timestamp, value }) => ({
        topic,
        partition,
        offset: BigInt(offset),
        appendedAt: timestamp,
        value: Buffer.from(value ?? '', 'base64'),
      })),
      failureAt: ({ offset }) => ({ itemIdentifier: { partition: name, offset: Number(offset) } }),
    },
  ]
}

/** A stream stands for a topic and a shard for a partition: `shardId-000000000002` is partition 2. */
function kinesisDeliveries(records: readonly KinesisEventRecord[]): readonly Delivery[] {
  const shards = Map.groupBy(records, ({ eventID, eventSourceARN }) => `${eventSourceARN} ${eventID.split(':')[0]}`)
  return [...shards].map(([name, shard]) => {
    const [arn = '', shardId = ''] = name.split(' ')
    const topic = arn.slice(arn.lastIndexOf('/') + 1)
    const partition = Number(shardId.replace('shardId-', ''))
    return {
      topic,
      partition,
      contiguous: false,
      records: shard.map(({ kinesis }) => ({
        topic,
        partition,
        offset: BigInt(kinesis.sequenceNumber),
        // Rounded as the SDK does it, so that KinesisLog tells the same moment of the record.
        appendedAt: Math.round(kinesis.approximateArrivalTimestamp * 1000),
        value: Buffer.from(kinesis.data, 'base64'),
      })),
      failureAt: ({ offset }) => ({ itemIdentifier: offset.toString() }),
    }
  })
}
