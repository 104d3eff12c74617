import { setTimeout as pause } from 'node:timers/promises'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { S3ConditionalObjects } from '#adapters/s3/conditional-objects.ts'
import { lakeObjects } from '#adapters/s3/connection.ts'
import { Secrets, secretsClient } from '#adapters/secrets/secrets.ts'
import { QueueSink } from '#adapters/sqs/queue-sink.ts'
import { queueClient } from '#adapters/sqs/send-messages.ts'
import { setting } from '#domain/settings.ts'
import { ask } from '#feeds/polling/ask.ts'
import { apiKeysOf } from './api-keys.ts'
import type { Polling, Source } from './poll-source.ts'
import { type SourceName, sourcesOf } from './sources.ts'

/** From a request to the last byte of its answer, ms. */
const TIMEOUT_MS = 10_000
/** Of an answer, unpacked: CoinGecko's hundred markets are 90 KB, a large feed is 1 MB. */
const MOST_BYTES = 4 * 1024 * 1024

/** How long the queue is offered what is new: shorter than what a run has left after its last request. */
const HAND_OVER_MS = 8_000

type Environment = Readonly<Record<string, string | undefined>>

/** The function's outside, built once a container. @throws Refusal where the environment is wrong */
export function wirePolling(environment: Environment): {
  /** @throws Refusal as `sourcesOf` does, or where the secret cannot be read */
  readonly sourcesOf: (name: SourceName) => Promise<readonly Source[]>
  /** What one run polls with, its sink to be closed at the end. @param deadline no request begins after it, ms */
  readonly begin: (deadline: number, warn: Polling['warn']) => Polling
  /** Reads the keys anew the next time. */
  readonly forgetKeys: () => void
} {
  const of = (name: string) => setting(environment, name)
  const secrets = new Secrets(secretsClient())
  const queueUrl = of('QUEUE_URL')
  const client = queueClient()
  const objects = new S3ConditionalObjects(lakeObjects(environment), of('STATE_BUCKET'))
  const prefix = of('STATE_PREFIX')
  const keysSecret = of('API_KEYS_SECRET')
  const bounds = { timeoutMs: TIMEOUT_MS, mostBytes: MOST_BYTES, now: Date.now }
  return {
    sourcesOf: (name) =>
      sourcesOf(name, environment, async () => apiKeysOf(await secrets.text(keysSecret), keysSecret)),
    begin: (deadline, warn) => ({
      ask: (question) => ask(question, bounds),
      objects,
      prefix,
      sink: new QueueSink({ queueUrl, client, deadlineMs: HAND_OVER_MS }),
      encoderOf,
      warn,
      now: Date.now,
      pause: async (ms) => {
        await pause(ms)
      },
      deadline,
    }),
    forgetKeys: () => secrets.forget(keysSecret),
  }
}
