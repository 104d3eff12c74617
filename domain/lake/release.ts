import type { AnyEvent } from '../events/define-event.ts'
import type { DecodeBatch, LogRecord } from '../ports.ts'
import type { QuarantineRow } from './rows.ts'

/** A record of quarantine with its original bytes. */
export interface Held {
  readonly row: QuarantineRow
  readonly value: Uint8Array
}

/** What today's contracts say of a record. */
export type Verdict = Held &
  (
    | { readonly event: AnyEvent; readonly id: string }
    | { readonly stage: 'decode' | 'contract'; readonly code: string; readonly reason: string }
  )

/** A record as the log had it. */
const recordOf = ({ row, value }: Held): LogRecord => ({
  topic: row.topic,
  partition: row.partition,
  offset: BigInt(row.offset),
  appendedAt: Date.parse(row.appended_at),
  value,
})

/** Decodes each again, in the given order. Rejects where the schema registry cannot answer. */
export async function judge(held: readonly Held[], decode: DecodeBatch): Promise<readonly Verdict[]> {
  const heldOf = new Map(held.map((one) => [recordOf(one), one] as const))
  const { events, rejected } = await decode([...heldOf.keys()])
  const verdicts = new Map<LogRecord, Omit<Extract<Verdict, { id: string }>, keyof Held> | Refused>([
    ...events.map(({ record, event, id }) => [record, { event, id }] as const),
    ...rejected.map(({ record, stage, code, reason }) => [record, { stage, code, reason }] as const),
  ])
  return [...heldOf].map(([record, one]) => {
    const verdict = verdicts.get(record)
    if (verdict === undefined) throw new Error(`${record.topic} ${record.partition} ${record.offset} has no verdict`)
    return { ...one, ...verdict }
  })
}

type Refused = Omit<Extract<Verdict, { code: string }>, keyof Held>

/** One delivery to the landing function, in the shape of its event source, and the records in it. */
export interface Redelivery {
  readonly event: unknown
  readonly records: readonly Held[]
}

/** Lambda takes 6 MB a call; the bytes are base64 there, and names and times stand beside them. */
const MOST_BYTES = 4_000_000
const BESIDE_BYTES = 400

/**
 * The records as deliveries of their own partitions, none larger than the function can be given: Kafka's shape, or
 * Kinesis's where the place is a sequence number.
 */
export function redeliveriesOf(held: readonly Held[]): readonly Redelivery[] {
  return [...Map.groupBy(held, isKinesis)].flatMap(([kinesis, records]) =>
    batches(records).map((batch) => ({ event: kinesis ? kinesisEvent(batch) : kafkaEvent(batch), records: batch })),
  )
}

const isKinesis = ({ row }: Held): boolean => row.offset.length > 20

function batches(held: readonly Held[]): readonly (readonly Held[])[] {
  const made: Held[][] = []
  let room = 0
  for (const one of held) {
    const size = Math.ceil((one.value.length * 4) / 3) + BESIDE_BYTES
    if (made.length === 0 || size > room) {
      made.push([])
      room = MOST_BYTES
    }
    made.at(-1)?.push(one)
    room -= size
  }
  return made
}

const base64 = (value: Uint8Array): string => Buffer.from(value).toString('base64')

const kafkaEvent = (held: readonly Held[]) => ({
  eventSource: 'SelfManagedKafka',
  records: Object.fromEntries(
    [...Map.groupBy(held, ({ row }) => `${row.topic}-${row.partition}`)].map(([name, records]) => [
      name,
      records.map(({ row, value }) => ({
        topic: row.topic,
        partition: row.partition,
        offset: Number(row.offset),
        timestamp: Date.parse(row.appended_at),
        timestampType: 'LOG_APPEND_TIME',
        value: base64(value),
        headers: [],
      })),
    ]),
  ),
})

const kinesisEvent = (held: readonly Held[]) => ({
  Records: held.map(({ row, value }) => ({
    eventSource: 'aws:kinesis',
    eventID: `shardId-${String(row.partition).padStart(12, '0')}:${BigInt(row.offset)}`,
    eventSourceARN: `arn:aws:kinesis:::stream/${row.topic}`,
    kinesis: {
      sequenceNumber: String(BigInt(row.offset)),
      approximateArrivalTimestamp: Date.parse(row.appended_at) / 1000,
      data: base64(value),
    },
  })),
})
