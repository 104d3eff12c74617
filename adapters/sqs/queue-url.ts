import { GetQueueUrlCommand, QueueDoesNotExist, type SQSClient } from '@aws-sdk/client-sqs'
import { Refusal } from '#domain/refusal.ts'

/** The address of a queue. @throws Refusal where there is none of that name; otherwise the service's own error */
export async function queueUrlOf(client: SQSClient, name: string): Promise<string> {
  try {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: name }))
    if (QueueUrl !== undefined) return QueueUrl
  } catch (error) {
    if (!(error instanceof QueueDoesNotExist)) throw error
  }
  throw new Refusal(`There is no queue ${name}: deploy the stage's feeds, or name its queue with --queue-url.`)
}
