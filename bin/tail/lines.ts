import type { KeyedRecord } from '#adapters/kafka/topic-reader.ts'
import { type AnyEvent, timeOf } from '#domain/events/define-event.ts'
import { events } from '#domain/events/events.ts'
import { toJson } from '#domain/events/to-zod.ts'
import type { DecodeBatch, RejectedRecord } from '#domain/ports.ts'

/** A record of the log as people and scripts read it: its event, or why it holds none. */
export type Line = { readonly record: KeyedRecord } & (
  | { readonly event: AnyEvent }
  | { readonly rejected: RejectedRecord }
)

/** Decodes records and keeps their order, events and rejected ones together. */
export async function decoded(records: readonly KeyedRecord[], decode: DecodeBatch): Promise<readonly Line[]> {
  const batch = await decode(records)
  const eventOf = new Map(batch.events.map(({ record, event }) => [record, event]))
  const rejectedOf = new Map(batch.rejected.map((rejected) => [rejected.record, rejected]))
  return records.map((record) => {
    const event = eventOf.get(record)
    if (event !== undefined) return { record, event }
    const rejected = rejectedOf.get(record)
    if (rejected !== undefined) return { record, rejected }
    throw new Error(`${record.topic} ${record.partition} ${record.offset} came out of decoding neither way`)
  })
}

/** The line as one JSON value. Offsets are text, since they may be longer than a double holds. */
export function toJsonLine(line: Line): string {
  const { topic, partition, offset, appendedAt, key } = line.record
  const place = { topic, partition, offset: offset.toString(), appended_at: appendedAt, key: key.toString('utf8') }
  if ('event' in line) return JSON.stringify({ ...place, event: toJson(line.event) })
  const { stage, code, reason } = line.rejected
  return JSON.stringify({ ...place, rejected: { stage, code, reason } })
}

/** The line for a person: event time (of a rejected record the broker's), key, event or reason, and place in the log. */
export function toText(line: Line, colour: boolean): string {
  const { partition, offset, appendedAt, key } = line.record
  const place = `${partition}:${offset}`
  const name = printable(key.toString('utf8'))
  if ('rejected' in line) {
    const text = `${time(appendedAt)}  ${name}  rejected ${line.rejected.code}: ${printable(line.rejected.reason)}  ${place}`
    return colour ? `\u001b[31m${text}\u001b[39m` : text
  }
  const { type, received_at: _received, ...fields } = toJson(line.event)
  const definition = events.find(({ name }) => name === type)
  const at = definition === undefined ? appendedAt : timeOf(definition, line.event)
  const told = Object.entries(fields).filter(([field]) => field !== definition?.at && field !== definition?.key)
  const values = told.map(([field, value]) => `${dim(`${field}=`, colour)}${printable(String(value))}`).join(' ')
  return `${time(at)}  ${name}  ${type} ${values}  ${dim(place, colour)}`
}

const time = (ms: number): string => new Date(ms).toISOString()

const dim = (text: string, colour: boolean): string => (colour ? `\u001b[2m${text}\u001b[22m` : text)

/** Nobody's bytes steer the reader's terminal. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '\ufffd')
