import { isUtf8 } from 'node:buffer'
import { type Document, deaggregate, documentsOf, MOST_DOCUMENTS } from './deaggregate.ts'
import type { Destination } from './destination.ts'
import { type ErrorType, processingError } from './error-record.ts'

/** Lines that belong into one buffer. */
export interface Share {
  readonly kind: 'data' | 'errors'
  /** Of data the partition's keys as JSON, of errors their type. */
  readonly key: string
  readonly keys: Readonly<Record<string, string>>
  readonly lines: string[]
}

/** Whether another partition may be opened; it is then. */
export type Admit = (key: string) => boolean

/**
 * Takes records apart and sorts their events by the buffers that they belong to. What cannot be taken apart or
 * partitioned becomes lines for the error prefix. @param now arrival, ms
 */
export function sortRecords(
  { isDeaggregated, query, conversion, delimiter }: Destination,
  records: readonly Buffer[],
  now: number,
  admit: Admit,
): Share[] {
  const shares = new Map<string, Share>()
  const put = (kind: Share['kind'], key: string, keys: Share['keys'], line: string) => {
    const name = `${kind} ${key}`
    const share = shares.get(name)
    if (share) share.lines.push(line)
    else shares.set(name, { kind, key, keys, lines: [line] })
  }
  const fail = (type: ErrorType, code: string, message: string, data: Buffer | string) =>
    put('errors', type, {}, processingError({ type, code, message, arrival: now, ended: Date.now(), data }))

  for (const record of records) {
    if (!query && !conversion && !isDeaggregated) {
      put('data', '', {}, withDelimiter(record, delimiter))
      continue
    }
    let documents: readonly Document[]
    try {
      documents = documentsIn(record, isDeaggregated)
    } catch (error) {
      // On AWS it is the converter that meets a record that no step before it had to read.
      const code = query || isDeaggregated ? 'DynamicPartitioning.MetadataExtractionFailed' : PARSE_ERROR
      const type = code === PARSE_ERROR ? 'format-conversion-failed' : 'processing-failed'
      fail(type, code, messageOf(error), record)
      continue
    }
    for (const { text, value } of documents) {
      let keys: Share['keys'] = {}
      try {
        keys = query?.extract(value) ?? keys
      } catch (error) {
        fail('processing-failed', 'DynamicPartitioning.MetadataExtractionFailed', messageOf(error), text)
        continue
      }
      const key = query ? JSON.stringify(keys) : ''
      if (!admit(key)) {
        const message = 'The stream has as many active partitions as it may have.'
        fail('activePartitionExceeded', 'DynamicPartitioning.ActivePartitionLimitExceeded', message, text)
      } else put('data', key, keys, conversion ? text : withDelimiter(Buffer.from(text), delimiter))
    }
  }
  return [...shares.values()]
}

const PARSE_ERROR = 'DataFormatConversion.ParseError'

/** What is not converted is kept as base64, so that every line of a buffer's file is one event whatever its bytes. */
const withDelimiter = (data: Buffer, delimiter: string) =>
  (delimiter === '' ? data : Buffer.concat([data, Buffer.from(delimiter)])).toString('base64')

function documentsIn(record: Buffer, isDeaggregated: boolean): readonly Document[] {
  if (!isUtf8(record)) throw new Error('The record is not UTF-8.')
  const documents = isDeaggregated ? deaggregate(record.toString()) : documentsOf(record.toString())
  if (documents.length === 0) throw new Error('The record is empty.')
  if (isDeaggregated && documents.length > MOST_DOCUMENTS) {
    throw new Error(`The record holds ${documents.length} objects; deaggregation stops at ${MOST_DOCUMENTS}.`)
  }
  return documents
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
