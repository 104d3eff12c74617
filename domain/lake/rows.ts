/**
 * What lands in the lake, as JSON objects that Firehose turns into Parquet by the Glue tables of the same columns.
 * Times are text, `yyyy-MM-dd HH:mm:ss.SSS` in UTC: the one form that both of Firehose's JSON readers take.
 */

/** A record's place in its topic. */
export interface Place {
  readonly topic: string
  readonly partition: number
  /** Zero-padded text, so that it sorts as the number does: 20 digits for Kafka, 56 for Kinesis, whose fit no bigint. */
  readonly offset: string
  /** The broker's append time: a redelivered record has the same one, and so the same `ingest_date`. */
  readonly appended_at: string
}

/** One event in bronze, whatever its topic. Append-only; duplicates are kept. */
export interface BronzeRow extends Place {
  readonly event_id: string
  readonly occurred_at: string
  readonly received_at: string
  readonly schema_version: number
  /** The whole event in its JSON form; absent where it is too large, and `payload_pointer` says which object has it. */
  readonly payload?: string
  readonly payload_pointer?: string
  /** Partitions, which Firehose takes out of the record: never columns as well. */
  readonly ingest_date: string
  readonly event_type: string
}

/** One record that could not land in bronze, with its original bytes. */
export interface QuarantineRow extends Place {
  readonly quarantined_at: string
  /** Where it failed; `delivery` where Firehose could not convert what had been accepted. */
  readonly stage: 'decode' | 'contract' | 'delivery'
  readonly code: string
  readonly reason: string
  /** Base64; absent where it is too large, and `value_pointer` says which object has it. */
  readonly value?: string
  readonly value_pointer?: string
  readonly ingest_date: string
}
