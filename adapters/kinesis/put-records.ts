import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { type AwsConnection, refusalOfAws } from '#adapters/aws/connection.ts'
import { passingFault } from '#adapters/aws/passing-fault.ts'
import { explained } from './connection.ts'

/** What one PutRecords call takes. Kinesis has come to take 10 MiB; half of it is taken everywhere. */
export const CALL_RECORDS = 500
export const CALL_BYTES = 5 * 2 ** 20
/** Of a record's data and key together: what a stream takes that nobody has set to more. */
export const RECORD_BYTES = 2 ** 20
/** Of a key, in characters. */
export const KEY_LENGTH = 256

/** A record on its way to a stream. */
export interface Outgoing {
  readonly key: string
  readonly value: Buffer
  /** Of key and value. */
  readonly bytes: number
}

/**
 * Offers records to a stream, once: at most 500, and 5 MiB together.
 * @returns why it did not take one, by the places of such; all of them where it throttled the call or did not answer
 * @throws Refusal where offering again is useless: no such stream, no right to it
 */
export type OfferRecords = (records: readonly Outgoing[]) => Promise<ReadonlyMap<number, NotTaken>>

/** Why a record was not taken, and the error that lasted, where there was one. */
export interface NotTaken {
  readonly reason: string
  readonly error?: unknown
}

/** A stream's PutRecords. */
export const offerToStream =
  (client: KinesisClient, stream: string, connection: AwsConnection): OfferRecords =>
  async (records) => {
    try {
      const { Records = [], FailedRecordCount = 0 } = await client.send(
        new PutRecordsCommand({
          StreamName: stream,
          Records: records.map(({ key, value }) => ({ PartitionKey: key, Data: value })),
        }),
      )
      // An answer that leaves a record out has not taken it.
      const notTaken = [...records.keys()].filter((at) => Records[at]?.SequenceNumber === undefined)
      if (Records.length === records.length && notTaken.length !== FailedRecordCount)
        throw new TypeError(`${stream} counts ${FailedRecordCount} failed records and names ${notTaken.length}`)
      return new Map(
        notTaken.map((at) => {
          const { ErrorCode = 'no answer', ErrorMessage = '' } = Records[at] ?? {}
          return [at, { reason: `${ErrorCode}: ${ErrorMessage}` }]
        }),
      )
    } catch (error) {
      const reason = passingFault(error)
      if (reason === undefined) throw explained(stream, error, connection)
      const lasting = refusalOfAws(error, `the stream ${stream}`, connection) ?? error
      return new Map(records.map((_, at) => [at, { reason, error: lasting }]))
    }
  }
