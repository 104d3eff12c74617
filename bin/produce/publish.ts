import type { EventSink, OutgoingRecord } from '#domain/ports.ts'
import type { Emission } from '#feeds/emission.ts'

/** What is to be sent; a record among the emissions is what its feed could not read. */
export type Batch = readonly (Emission | OutgoingRecord)[]

/** Makes the records of a batch, at most so many. */
export type MakeRecords = (batch: Batch, most?: number) => readonly OutgoingRecord[]

/**
 * Sends batches of emissions as they come, until there are no more or so many records are sent; resolves when all that
 * was taken over is acknowledged. @throws Refusal or the service's error, once something could not be delivered.
 */
export async function publish(
  batches: AsyncIterable<Batch>,
  recordsOf: MakeRecords,
  sink: EventSink,
  most = Number.POSITIVE_INFINITY,
): Promise<void> {
  let left = most
  if (left > 0) {
    for await (const batch of batches) {
      const records = recordsOf(batch, left)
      await sink.accept(records)
      left -= records.length
      if (left <= 0) break
    }
  }
  await sink.flush()
}
