/** Where records go that cannot be delivered, by why. */
export type ErrorType = 'processing-failed' | 'format-conversion-failed' | 'activePartitionExceeded'

/** A record that cannot be delivered. Times in ms. */
export interface Failure {
  readonly type: ErrorType
  readonly code: string
  readonly message: string
  readonly arrival: number
  /** When the last attempt ended. */
  readonly ended: number
  readonly data: string | Buffer
}

/** A record of which the Glue table is known that it was to be converted by. */
export interface ConversionFailure extends Failure {
  readonly place: number
  readonly table: CatalogTable
}

/** The table of a failed conversion, as the error record names it. */
export interface CatalogTable {
  readonly catalogId: string
  readonly databaseName: string
  readonly tableName: string
  readonly region: string
  readonly versionId: string
}

/** The line of an error object for a record that could not be deaggregated or partitioned. */
export function processingError({ code, message, arrival, ended, data }: Failure): string {
  return JSON.stringify({
    attemptsMade: 1,
    arrivalTimestamp: arrival,
    errorCode: code,
    errorMessage: message,
    attemptEndingTimestamp: ended,
    rawData: base64(data),
  })
}

/**
 * The line of an error object for a record that could not be converted. Its code is called `lastErrorCode` in what
 * Firehose writes, whatever the current page of the guide calls it.
 */
export function conversionError({ code, message, arrival, ended, data, place, table }: ConversionFailure): string {
  return JSON.stringify({
    attemptsMade: 1,
    arrivalTimestamp: arrival,
    lastErrorCode: code,
    lastErrorMessage: message,
    attemptEndingTimestamp: ended,
    rawData: base64(data),
    sequenceNumber: String(place),
    subSequenceNumber: null,
    dataCatalogTable: { ...table, catalogArn: null },
  })
}

const base64 = (data: string | Buffer) => (typeof data === 'string' ? Buffer.from(data) : data).toString('base64')
