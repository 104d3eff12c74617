import type { EncoderFor } from '#adapters/avro/encode-events.ts'
import { openSink } from '#adapters/event-logs/open-sink.ts'
import { registryClient } from '#adapters/schema-registry/client.ts'
import { registeredEncoders } from '#adapters/schema-registry/registered-encoders.ts'
import { QueueSink } from '#adapters/sqs/queue-sink.ts'
import { queueUrlOf } from '#adapters/sqs/queue-url.ts'
import { queueClient } from '#adapters/sqs/send-messages.ts'
import type { EventSink } from '#domain/ports.ts'
import { Refusal } from '#domain/refusal.ts'
import { type LogOptions, logOf } from '../log-of-stage.ts'
import { encodersBeside } from '../schema-registry.ts'
import { asking, connectionOf, namesIn } from '../stage.ts'

/** The options of `produce` that say where it goes. */
export interface DestinationOptions extends LogOptions {
  readonly queueUrl?: string
}

/** Where records go in, and the encoders whose frames are understood there. */
export interface Destination {
  /** An address. */
  readonly title: string
  readonly encoderFor: EncoderFor
  readonly sink: EventSink
}

/**
 * The way in that the options name: a broker; the queue of a stage on AWS, whose log nobody reaches from outside; or the
 * log of the platform on this machine.
 * @param topics all that will be sent to
 * @throws Refusal where the options contradict each other, or nobody answers there
 */
export async function openDestination(options: DestinationOptions, topics: readonly string[]): Promise<Destination> {
  const { stage, kafka, queueUrl } = options
  if (kafka !== undefined && queueUrl !== undefined) {
    throw new Refusal('--kafka and --queue-url contradict each other: give one of them.')
  }
  if (kafka === undefined && (stage !== 'local' || queueUrl !== undefined)) return throughQueue(stage, queueUrl)
  const settings = await logOf(options)
  const encoderFor = await encodersBeside(kafka)
  const title = settings.transport === 'kafka' ? settings.bootstrap : 'the streams of Kinesis'
  return { title, encoderFor, sink: await openSink(settings, topics) }
}

async function throughQueue(stage: string, given: string | undefined): Promise<Destination> {
  const connection = connectionOf(stage)
  const names = namesIn(stage)
  return await asking(`the way into stage ${stage}`, connection, async () => {
    const client = queueClient(connection)
    const queueUrl = given ?? (await queueUrlOf(client, names.ingest))
    const encoderFor = await registeredEncoders(registryClient(connection), names.registry)
    return { title: queueUrl, encoderFor, sink: new QueueSink({ queueUrl, client }) }
  })
}
