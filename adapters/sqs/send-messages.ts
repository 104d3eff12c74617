import { QueueDoesNotExist, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'
import { type AwsConnection, clientSettings } from '#adapters/aws/connection.ts'
import { passingFault } from '#adapters/aws/passing-fault.ts'
import { Refusal } from '#domain/refusal.ts'

/** Messages of one call, and bytes of a message or of all that a call carries. */
export const CALL_MESSAGES = 10
export const CALL_BYTES = 1024 * 1024

/**
 * Offers messages to a queue, once: up to ten, up to 1 MiB together.
 * @returns why it did not take one, by the places of such; all of them where it throttled the call or did not answer
 * @throws Refusal where offering again is useless: no such queue, no right to it, a message that it will never take
 */
export type OfferMessages = (texts: readonly string[]) => Promise<ReadonlyMap<number, string>>

/** SQS there, or as the environment names it. One attempt a call: what failed of it is offered again, and no more. */
export const queueClient = (connection: AwsConnection = {}): SQSClient =>
  new SQSClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 15_000 },
    // The environment's endpoint holds, whatever host a queue's address names.
    useQueueUrlAsEndpoint: false,
    ...clientSettings(connection),
  })

/** A queue's SendMessageBatch. */
export const offerToQueue =
  (client: SQSClient, queueUrl: string): OfferMessages =>
  async (texts) => {
    try {
      const { Successful = [], Failed = [] } = await client.send(
        new SendMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: texts.map((MessageBody, at) => ({ Id: String(at), MessageBody })),
        }),
      )
      const fault = Failed.find(({ SenderFault }) => SenderFault)
      if (fault) throw new Refusal(`${queueUrl} will never take a message of ours: ${fault.Code}: ${fault.Message}`)
      const taken = new Set(Successful.map(({ Id }) => Id))
      const reasons = new Map(Failed.map(({ Id, Code, Message }) => [Id, `${Code}: ${Message ?? ''}`]))
      // An answer that leaves a message out has not taken it.
      const notTaken = [...texts.keys()].filter((at) => !taken.has(String(at)))
      return new Map(notTaken.map((at) => [at, reasons.get(String(at)) ?? 'no answer']))
    } catch (error) {
      const reason = passingFault(error)
      if (reason === undefined) throw explained(queueUrl, error)
      return new Map(texts.map((_, at) => [at, reason]))
    }
  }

function explained(queueUrl: string, error: unknown): unknown {
  if (error instanceof QueueDoesNotExist) return new Refusal(`There is no queue ${queueUrl}: deploy the feeds' stack.`)
  if (error instanceof Error && DENIED.has(error.name))
    return new Refusal(`This identity may not send to ${queueUrl}: ${error.message}`)
  return error
}

const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'InvalidClientTokenId',
  'KmsAccessDenied',
  'SignatureDoesNotMatch',
])
