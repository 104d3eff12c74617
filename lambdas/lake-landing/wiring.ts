import { decodeRecords } from '#adapters/avro/decode-records.ts'
import { FirehoseDelivery } from '#adapters/firehose/delivery.ts'
import { firehoseClient, putToFirehose } from '#adapters/firehose/put-records.ts'
import { lakeObjects } from '#adapters/s3/connection.ts'
import { AppendingLarge, type Objects, payloads, values } from '#adapters/s3/large-objects.ts'
import { Refusal } from '#domain/refusal.ts'
import type { Landing } from './land-events.ts'

/**
 * What the functions that land rows are made of, built once a container, and where the lake's objects are.
 * @throws Refusal where the environment is wrong
 */
export function wireLanding(environment: Readonly<Record<string, string | undefined>>): {
  readonly landing: Landing
  readonly objects: Objects
} {
  const setting = (name: string): string => {
    const value = environment[name]
    if (value) return value
    throw new Refusal(`${name} is not set: it comes from the stack that deploys this function.`)
  }
  const firehose = firehoseClient()
  const objects = { client: lakeObjects(environment), bucket: setting('LAKE_BUCKET') }
  const bronze = new FirehoseDelivery(putToFirehose(firehose, setting('BRONZE_STREAM')))
  const quarantine = new FirehoseDelivery(putToFirehose(firehose, setting('QUARANTINE_STREAM')))
  return {
    landing: {
      decode: decodeRecords,
      bronze: new AppendingLarge(bronze, payloads, objects),
      quarantine: new AppendingLarge(quarantine, values, objects),
      now: Date.now,
    },
    objects,
  }
}
