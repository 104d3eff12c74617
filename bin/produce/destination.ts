import type { EncoderFor } from '#adapters/avro/encode-events.ts'
import { openSink } from '#adapters/event-logs/open-sink.ts'
import { registryClient } from '#adapters/schema-registry/client.ts'
import { registeredEncoders } from '#adapters/schema-registry/registered-encoders.ts'
import { QueueSink } from '#adapters/sqs/queue-sink.ts'
import { queueUrlOf } from '#adapters/sqs/queue-url.ts'
import { queueClient } from '#adapters/sqs/send-messages.ts'
import type { EventSink } from '#domain/ports.ts'
import { Refusal } from '#domain/refusal.ts'
import { endpoints } from '#local/state.ts'
import { encodersBeside } from '../schema-registry.ts'
import { asking, connectionOf, namesIn } from '../stage.ts'

/** The options of `produce` that say where it goes. */
export interface DestinationOptions {
  readonly stage: string
  readonly kafka?: string
  readonly iam?: boolean
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
  const { stage, kafka, iam = false, queueUrl } = options
  if (kafka !== undefined && (queueUrl !== undefined || stage !== 'local')) {
    throw new Refusal('--kafka names the broker itself: leave out --stage and --queue-url.')
  }
  if (iam && kafka === undefined) throw new Refusal('--iam is how a broker lets in: name that with --kafka.')
  if (stage !== 'local' || queueUrl !== undefined) return throughQueue(stage, queueUrl)
  const bootstrap = kafka ?? endpoints().kafka
  const encoderFor = await encodersBeside(kafka)
  return { title: bootstrap, encoderFor, sink: await openSink({ transport: 'kafka', bootstrap, iam }, topics) }
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
