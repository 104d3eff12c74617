import { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose'
import { passingFault } from '#adapters/aws/passing-fault.ts'
import type { PutRecords } from './delivery.ts'

/** Firehose as the environment names it. One attempt a call: what failed of it is offered again, and no more. */
export const firehoseClient = (): FirehoseClient =>
  new FirehoseClient({ maxAttempts: 1, requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000 } })

/** A delivery stream's PutRecordBatch. */
export const putToFirehose =
  (client: FirehoseClient, stream: string): PutRecords =>
  async (records) => {
    try {
      const { FailedPutCount, RequestResponses = [] } = await client.send(
        new PutRecordBatchCommand({ DeliveryStreamName: stream, Records: records.map((Data) => ({ Data })) }),
      )
      const notTaken = records.flatMap((record, at) => {
        // An answer that leaves a record out has not taken it.
        const { RecordId, ErrorCode, ErrorMessage } = RequestResponses[at] ?? {}
        return RecordId ? [] : [{ record, reason: `${ErrorCode ?? 'no answer'}: ${ErrorMessage ?? ''}` }]
      })
      if (notTaken.length !== FailedPutCount)
        throw new TypeError(`${stream} counts ${FailedPutCount} failed records and names ${notTaken.length}`)
      return notTaken
    } catch (error) {
      const reason = passingFault(error)
      if (reason === undefined) throw error
      return records.map((record) => ({ record, reason }))
    }
  }
