import { Logger } from '@aws-lambda-powertools/logger'
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { logSettingsOf } from '#adapters/event-logs/log-settings.ts'
import { openSink } from '#adapters/event-logs/open-sink.ts'
import { topics } from '#domain/events/events.ts'
import { Publisher } from './publisher.ts'

const logger = new Logger({ serviceName: 'publisher' })
const settings = logSettingsOf(process.env)
const publisher = new Publisher(() => openSink(settings, topics), topics)

/** Of an invocation: what it needs to say which messages have to come again. */
const LAST_WORDS_MS = 2_000

/** Publishes a delivery of the queue; only the messages that are not done come again. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const messages = event.Records.map(({ messageId, body }) => ({ id: messageId, body }))
  const patience = context.getRemainingTimeInMillis() - LAST_WORDS_MS
  const unpublished = await publisher.publish(messages, patience)
  const notAppended = unpublished.filter(({ fault }) => fault === 'not appended')
  const [first] = notAppended
  if (first !== undefined) {
    logger.error('messages not published; they will be delivered again', {
      reason: first.reason,
      messages: notAppended.length,
      of: messages.length,
    })
  }
  for (const { id, fault, reason } of unpublished) {
    if (fault === 'malformed')
      logger.error('a message is none of ours; it will end in the dead letters', { id, reason })
  }
  return { batchItemFailures: unpublished.map(({ id }) => ({ itemIdentifier: id })) }
}
