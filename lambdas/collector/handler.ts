import { Logger } from '@aws-lambda-powertools/logger'
import { handle } from 'hono/aws-lambda'
import { Secrets, secretsClient } from '#adapters/secrets/secrets.ts'
import { QueueSink } from '#adapters/sqs/queue-sink.ts'
import { queueClient } from '#adapters/sqs/send-messages.ts'
import { tokeniserOf } from '#adapters/tokens/tokeniser.ts'
import { setting } from '#domain/settings.ts'
import { createCollector } from './app.ts'

/** How long the queue may refuse before the product is told, ms: well below what the API waits. */
const PATIENCE_MS = 8_000

const queueUrl = setting(process.env, 'QUEUE_URL')
const keySecret = setting(process.env, 'TOKEN_KEY_SECRET')
const secrets = new Secrets(secretsClient())
const client = queueClient()

const app = createCollector({
  tokeniser: async () => tokeniserOf(await secrets.text(keySecret)),
  handOver: async (records) => {
    const sink = new QueueSink({ queueUrl, client, deadlineMs: PATIENCE_MS })
    try {
      await sink.accept(records)
      await sink.flush()
    } finally {
      await sink.close()
    }
  },
  now: Date.now,
  log: new Logger({ serviceName: 'collector' }),
})

/** Answers a request of the REST API's proxy. */
export const handler = handle(app)
