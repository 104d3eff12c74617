import { hash } from 'node:crypto'
import {
  bronzeRowIn,
  type ErrorLine,
  isForGood,
  linesOf,
  parseErrorLine,
  quarantineRowIn,
} from '#domain/lake/error-lines.ts'
import { prefixes } from '#domain/lake/names.ts'
import { paddedOffset } from '#domain/lake/quarantine.ts'
import type { BronzeRow, QuarantineRow } from '#domain/lake/rows.ts'
import { dayOf } from '#domain/lake/times.ts'
import { rowTime } from '#domain/lake/to-rows.ts'
import type { Bronze, Quarantine, Undelivered } from '#domain/ports.ts'

export interface Redriving {
  readonly undelivered: Undelivered
  readonly bronze: Bronze
  readonly quarantine: Quarantine
  /**
   * A row's event as its topic carried it; undefined where the row only points at its payload. Rejects where the schema
   * registry cannot be asked.
   */
  readonly recordOf: (row: BronzeRow) => Promise<Uint8Array | undefined>
  /** Wall clock, ms. */
  readonly now: () => number
  /** No object is begun after it, ms. */
  readonly deadline: number
}

/** What a run did; what failed and what was left stays where it is, for the next one. */
export interface Redriven {
  readonly objects: number
  /** Rows put back on their delivery stream. */
  readonly put_back: number
  /** Rows set aside, because Firehose would fail with them again. */
  readonly quarantined: number
  /** Whether the time was over before the objects were. */
  readonly is_cut_short: boolean
  readonly failures: readonly { readonly object: string; readonly error: unknown }[]
}

/** Rows held before they are appended: an object can be larger than memory. */
const ROWS_AT_ONCE = 5_000

/**
 * Puts back what Firehose could not deliver, and sets aside what it never will. An object is deleted when all that is in
 * it is acknowledged; one that fails stays, and is no reason to leave the others.
 */
export async function redriveErrors(outside: Redriving): Promise<Redriven> {
  const { undelivered, now, deadline } = outside
  const done = { objects: 0, put_back: 0, quarantined: 0 }
  const failures: { object: string; error: unknown }[] = []
  let is_cut_short = false
  for await (const object of undelivered.names()) {
    if (now() > deadline) {
      is_cut_short = true
      break
    }
    try {
      const { put_back, quarantined } = await redriveObject(object, outside)
      await undelivered.delete(object)
      done.objects += 1
      done.put_back += put_back
      done.quarantined += quarantined
    } catch (error) {
      failures.push({ object, error })
    }
  }
  return { ...done, is_cut_short, failures }
}

async function redriveObject(object: string, outside: Redriving) {
  const stream = object.slice(prefixes.errors.length).split('/')[0]
  if (stream !== 'bronze' && stream !== 'quarantine') throw new Error(`${object} is of no delivery stream`)
  const { bronze, quarantine, undelivered } = outside
  const counts = { put_back: 0, quarantined: 0 }
  let pending: Sorted = { bronze: [], put_back: [], set_aside: [] }
  const flush = async () => {
    const { bronze: rows, put_back, set_aside } = pending
    if (rows.length > 0) await bronze.append(rows)
    if (put_back.length + set_aside.length > 0) await quarantine.append([...put_back, ...set_aside])
    counts.put_back += rows.length + put_back.length
    counts.quarantined += set_aside.length
    pending = { bronze: [], put_back: [], set_aside: [] }
  }
  for await (const line of undelivered.lines(object)) {
    if (line.trim() === '') continue
    const error = parseErrorLine(line)
    if (stream === 'bronze') await sortBronze(error, outside, pending)
    else sortQuarantine(error, outside, pending)
    if (pending.bronze.length + pending.put_back.length + pending.set_aside.length >= ROWS_AT_ONCE) await flush()
  }
  await flush()
  return counts
}

/** Where rows go next. */
interface Sorted {
  readonly bronze: BronzeRow[]
  /** Back to quarantine's stream, as they were. */
  readonly put_back: QuarantineRow[]
  readonly set_aside: QuarantineRow[]
}

async function sortBronze(error: ErrorLine, outside: Redriving, sorted: Sorted): Promise<void> {
  const lines = linesOf(error.data).map((line) => ({ line, row: bronzeRowIn(line) }))
  // A packed record that one line has spoilt fails with all its rows; without that line the others pass.
  const isSpoilt = lines.some(({ row }) => row === undefined)
  for (const { line, row } of lines) {
    if (row === undefined) sorted.set_aside.push(strayRow('bronze', line, error, outside.now()))
    else if (isSpoilt || !isForGood(error.code)) sorted.bronze.push(row)
    else sorted.set_aside.push(await undeliveredRow(row, error, outside))
  }
}

/** A quarantine row is put back whatever was wrong with it: there is no other place for it, and it must not get lost. */
function sortQuarantine(error: ErrorLine, { now }: Redriving, sorted: Sorted): void {
  for (const line of linesOf(error.data)) {
    const row = quarantineRowIn(line)
    if (row === undefined) sorted.set_aside.push(strayRow('quarantine', line, error, now()))
    else sorted.put_back.push(row)
  }
}

async function undeliveredRow(
  row: BronzeRow,
  { code, message }: ErrorLine,
  { recordOf, now }: Redriving,
): Promise<QuarantineRow> {
  const { topic, partition, offset, appended_at, ingest_date, payload_pointer } = row
  const record = await recordOf(row)
  return {
    quarantined_at: rowTime(now()),
    stage: 'delivery',
    code,
    reason: message,
    ...(record === undefined ? {} : { value: Buffer.from(record).toString('base64') }),
    ...(record === undefined && payload_pointer !== undefined ? { value_pointer: payload_pointer } : {}),
    ...{ topic, partition, offset, appended_at, ingest_date },
  }
}

/** What is on a stream of ours and no row of it was put there by somebody else: its place is named after its bytes. */
function strayRow(stream: string, line: Buffer, { code, message }: ErrorLine, at: number): QuarantineRow {
  return {
    quarantined_at: rowTime(at),
    stage: 'delivery',
    code,
    reason: message,
    value: line.toString('base64'),
    topic: `firehose-${stream}`,
    partition: 0,
    offset: paddedOffset(BigInt(`0x${hash('sha256', line).slice(0, 15)}`).toString()),
    appended_at: rowTime(at),
    ingest_date: dayOf(at),
  }
}
