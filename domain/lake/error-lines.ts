import { z } from 'zod'
import { jsonOf } from '../json.ts'
import type { BronzeRow, QuarantineRow } from './rows.ts'

/** One record that Firehose could not deliver: why, and its bytes. */
export interface ErrorLine {
  readonly code: string
  readonly message: string
  readonly data: Buffer
}

/** A line that is none of Firehose's error records. */
export class UnknownErrorLine extends Error {
  override readonly name = 'UnknownErrorLine'
}

const Line = z.object({
  // Failed conversions are documented with the second pair of names, all others with the first.
  errorCode: z.string().optional(),
  lastErrorCode: z.string().optional(),
  errorMessage: z.string().nullish(),
  lastErrorMessage: z.string().nullish(),
  rawData: z.base64(),
})

/** Reads a line of an object that Firehose put below its error prefix. @throws UnknownErrorLine where it is anything else */
export function parseErrorLine(line: string): ErrorLine {
  const parsed = Line.safeParse(jsonOf(line))
  const { errorCode, lastErrorCode, errorMessage, lastErrorMessage, rawData } = parsed.data ?? {}
  const code = errorCode ?? lastErrorCode
  if (code === undefined || rawData === undefined)
    throw new UnknownErrorLine(`${line.slice(0, 200)} is no error record of Firehose's`)
  return { code, message: errorMessage ?? lastErrorMessage ?? '', data: Buffer.from(rawData, 'base64') }
}

/**
 * Whether Firehose would fail with the record again: it could not convert it, or not find its partition. What it had
 * no room, right or answer for is delivered when it is put back.
 */
export const isForGood = (code: string): boolean =>
  code.startsWith('DataFormatConversion.') || code === 'DynamicPartitioning.MetadataExtractionFailed'

/** A record's lines: all that were packed into it, or the one that Firehose had taken out. */
export function linesOf(data: Buffer): readonly Buffer[] {
  const lines: Buffer[] = []
  for (let from = 0; from < data.length; ) {
    const end = data.indexOf(0x0a, from)
    const line = data.subarray(from, end < 0 ? data.length : end)
    if (line.length > 0) lines.push(line)
    from = end < 0 ? data.length : end + 1
  }
  return lines
}

const place = {
  topic: z.string(),
  partition: z.int(),
  offset: z.string(),
  appended_at: z.string(),
  ingest_date: z.iso.date(),
}

const BronzeShape = z.object({
  event_id: z.string(),
  occurred_at: z.string(),
  received_at: z.string(),
  schema_version: z.int(),
  payload: z.string().exactOptional(),
  payload_pointer: z.string().exactOptional(),
  ...place,
  event_type: z.string(),
})

const QuarantineShape = z.object({
  quarantined_at: z.string(),
  stage: z.enum(['decode', 'contract', 'delivery']),
  code: z.string(),
  reason: z.string(),
  value: z.base64().exactOptional(),
  value_pointer: z.string().exactOptional(),
  ...place,
})

/** A bronze row from its line; undefined where the line is none. */
export const bronzeRowIn = (line: Buffer): BronzeRow | undefined =>
  BronzeShape.safeParse(jsonOf(line.toString('utf8'))).data

/** A quarantine row from its line; undefined where the line is none. */
export const quarantineRowIn = (line: Buffer): QuarantineRow | undefined =>
  QuarantineShape.safeParse(jsonOf(line.toString('utf8'))).data
