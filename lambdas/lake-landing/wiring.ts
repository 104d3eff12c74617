import { FirehoseDelivery } from '#adapters/firehose/delivery.ts'
import { firehoseClient, putToFirehose } from '#adapters/firehose/put-records.ts'
import { lakeObjects } from '#adapters/s3/connection.ts'
import { AppendingLarge, type Objects, payloads, values } from '#adapters/s3/large-objects.ts'
import { decoderFrom } from '#adapters/schema-registry/from-environment.ts'
import { setting } from '#domain/settings.ts'
import type { Landing } from './land-events.ts'

/**
 * What the functions that land rows are made of, built once a container, and where the lake's objects are.
 * @throws Refusal where the environment is wrong
 */
export function wireLanding(environment: Readonly<Record<string, string | undefined>>): {
  readonly landing: Landing
  readonly objects: Objects
} {
  const of = (name: string) => setting(environment, name)
  const firehose = firehoseClient()
  const objects = { client: lakeObjects(environment), bucket: of('LAKE_BUCKET') }
  const bronze = new FirehoseDelivery(putToFirehose(firehose, of('BRONZE_STREAM')))
  const quarantine = new FirehoseDelivery(putToFirehose(firehose, of('QUARANTINE_STREAM')))
  return {
    landing: {
      decode: decoderFrom(environment),
      bronze: new AppendingLarge(bronze, payloads, objects),
      quarantine: new AppendingLarge(quarantine, values, objects),
      now: Date.now,
    },
    objects,
  }
}
