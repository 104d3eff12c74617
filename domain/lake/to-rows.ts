import { events } from '../events/events.ts'
import { toJson } from '../events/to-zod.ts'
import type { LogRecord, RecordedEvent, RejectedRecord } from '../ports.ts'
import { paddedOffset } from './quarantine.ts'
import type { BronzeRow, Place, QuarantineRow } from './rows.ts'
import { dayOf } from './times.ts'

/** A moment given in ms as rows spell it: `yyyy-MM-dd HH:mm:ss.SSS`, UTC. */
export const rowTime = (at: number): string => new Date(at).toISOString().slice(0, 23).replace('T', ' ')

/** The row of an event, its payload in it. @throws RangeError where no contract has the event's name */
export function bronzeRow({ event, id, at, record }: RecordedEvent): BronzeRow {
  const version = VERSIONS.get(event.type)
  if (version === undefined) throw new RangeError(`there is no contract ${event.type}`)
  return {
    event_id: id,
    occurred_at: rowTime(at),
    received_at: rowTime(event.received_at),
    schema_version: version,
    payload: JSON.stringify(toJson(event)),
    ...placeOf(record),
    ingest_date: dayOf(record.appendedAt),
    event_type: event.type,
  }
}

/** The row of a record that no contract accepts, its bytes in it. @param now when it was refused, ms */
export const quarantineRow = ({ record, stage, code, reason }: RejectedRecord, now: number): QuarantineRow => ({
  quarantined_at: rowTime(now),
  stage,
  code,
  reason,
  value: Buffer.from(record.value).toString('base64'),
  ...placeOf(record),
  ingest_date: dayOf(record.appendedAt),
})

const VERSIONS: ReadonlyMap<string, number> = new Map(events.map(({ name, version }) => [name, version]))

const placeOf = ({ topic, partition, offset, appendedAt }: LogRecord): Place => ({
  topic,
  partition,
  offset: paddedOffset(offset.toString()),
  appended_at: rowTime(appendedAt),
})
