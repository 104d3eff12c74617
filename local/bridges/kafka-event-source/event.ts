import type { Mapping } from './mapping.ts'

/** Lambda's limit for the payload of a synchronous invocation, in bytes. */
export const MAXIMUM_PAYLOAD = 6 * 1024 * 1024

/** A Kafka record that waits for delivery, encoded once: `text` is its JSON, pure ASCII, and joined freely into events. */
export interface PendingRecord {
  readonly partition: number
  readonly offset: bigint
  /** Epoch milliseconds, of the kind that the topic keeps. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly text: string
}

/** The parts of a Kafka record that Lambda shows. */
export interface KafkaFields {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly timestamp: number
  readonly timestampType: 'CREATE_TIME' | 'LOG_APPEND_TIME'
  readonly key: Buffer | null | undefined
  readonly value: Buffer | null | undefined
  readonly headers: readonly (readonly [Buffer | null, Buffer | null])[]
}

/** Encodes a record as Lambda does: base64 key and value (absent where null), header values as signed bytes. */
export function encodeRecord(r: KafkaFields): PendingRecord {
  const key = r.key ? `"key":"${r.key.toString('base64')}",` : ''
  const value = r.value ? `"value":"${r.value.toString('base64')}",` : ''
  const headers =
    r.headers.length === 0 ? '[]' : ascii(JSON.stringify(r.headers.map(([k, v]) => ({ [String(k)]: [...signed(v)] }))))
  const text = `{"topic":"${r.topic}","partition":${r.partition},"offset":${r.offset},"timestamp":${r.timestamp},"timestampType":"${r.timestampType}",${key}${value}"headers":${headers}}`
  return { partition: r.partition, offset: r.offset, timestamp: r.timestamp, key: r.key ?? null, text }
}

/** The invocation event of a batch, in AWS's shape, grouped by partition with the order within each kept. */
export function eventText(mapping: Mapping, bootstrap: string, records: readonly PendingRecord[]): string {
  const byPartition = new Map<number, string[]>()
  for (const { partition, text } of records) {
    const texts = byPartition.get(partition)
    if (texts) texts.push(text)
    else byPartition.set(partition, [text])
  }
  const groups = [...byPartition].map(([partition, texts]) => `"${mapping.topic}-${partition}":[${texts.join(',')}]`)
  return `${envelope(mapping, bootstrap)}{${groups.join(',')}}}`
}

/** How many of `records`, from `from`, fit in one event by count and by bytes: at least one where there is any. */
export function fitting(mapping: Mapping, bootstrap: string, records: readonly PendingRecord[], from: number): number {
  const group = mapping.topic.length + 24
  const partitions = new Set<number>()
  let bytes = envelope(mapping, bootstrap).length + 3
  let count = 0
  for (; count < mapping.batchSize; count++) {
    const record = records[from + count]
    if (record === undefined) break
    bytes += record.text.length + 1
    if (!partitions.has(record.partition)) {
      partitions.add(record.partition)
      bytes += group
    }
    if (count > 0 && bytes > MAXIMUM_PAYLOAD) break
  }
  return count
}

function envelope(mapping: Mapping, bootstrap: string): string {
  return `{"eventSource":"aws:kafka","eventSourceArn":"${mapping.clusterArn}","bootstrapServers":"${bootstrap}","records":`
}

function signed(value: Buffer | null): Int8Array {
  return value ? new Int8Array(value.buffer, value.byteOffset, value.byteLength) : new Int8Array()
}

/** Lengths then count as bytes, and one event is sent without a second pass over its text. */
function ascii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
