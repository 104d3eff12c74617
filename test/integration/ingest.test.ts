import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { QueueSink } from '#adapters/sqs/queue-sink.ts'
import { topics } from '#domain/events/events.ts'
import { Refusal } from '#domain/refusal.ts'
import { localstack } from '#local/engines/localstack.ts'
import { portFor } from '#local/ports.ts'
import { Broker } from '#test/adapters/kafka/broker.ts'

const PARTITIONS = 2
const COUNT = 4_000
const BYTES = 1_000
/** Of the function; it leaves two seconds for its answer. */
const TIMEOUT_MS = 4_000

const home = mkdtempSync(join(tmpdir(), 'lodestream-ingest-'))
let broker: Broker
let sqs: SQSClient
let queueUrl: string
let deadLettersUrl: string
let handler: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>

beforeAll(async () => {
  for (const part of ['kafka', 'elasticache', 'msk']) await portFor(home, part)
  const [endpoint, started] = await Promise.all([localstack.start({ home }), Broker.start()])
  broker = started
  await broker.create(topics, PARTITIONS)
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials, useQueueUrlAsEndpoint: false })
  const deadLetters = await sqs.send(new CreateQueueCommand({ QueueName: 'dead-letters' }))
  deadLettersUrl = deadLetters.QueueUrl ?? ''
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLettersUrl, AttributeNames: ['QueueArn'] }),
  )
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 5 })
  const created = await sqs.send(
    new CreateQueueCommand({ QueueName: 'ingest', Attributes: { VisibilityTimeout: '1', RedrivePolicy } }),
  )
  queueUrl = created.QueueUrl ?? ''
  const environment = { TRANSPORT: 'kafka', KAFKA_BOOTSTRAP: broker.address, POWERTOOLS_LOG_LEVEL: 'SILENT' }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  ;({ handler } = await import('#lambdas/publisher/handler.ts'))
})

afterAll(async () => {
  vi.unstubAllEnvs()
  sqs?.destroy()
  await Promise.all([broker?.[Symbol.asyncDispose](), localstack.stop({ home })])
  rmSync(home, { recursive: true, force: true })
})

/** Receives as Lambda does, invokes the function, and deletes what it does not name. @returns how many were received and failed */
async function deliver(): Promise<{ readonly received: number; readonly failed: number }> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  )
  if (Messages.length === 0) return { received: 0, failed: 0 }
  const Records = Messages.map(({ MessageId, Body }) => ({ messageId: MessageId, body: Body }))
  const deadline = Date.now() + TIMEOUT_MS
  const { batchItemFailures } = await handler(
    { Records } as SQSEvent,
    { getRemainingTimeInMillis: () => deadline - Date.now() } as Context,
  )
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
  const done = Messages.filter(({ MessageId = '' }) => !failed.has(MessageId))
  await Promise.all(
    done.map(({ ReceiptHandle }: Message) => sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }))),
  )
  return { received: Messages.length, failed: failed.size }
}

/** The numbers in a topic, each as often as it stands there. */
async function numbersIn(topic: string): Promise<readonly number[]> {
  const parts = await Promise.all(Array.from({ length: PARTITIONS }, (_, n) => broker.contents(topic, n)))
  return parts.flat().map(({ value }) => Number.parseInt(Buffer.from(value).toString(), 10))
}

it('what is handed over arrives though the broker is killed in between; what is none of ours is put aside', async () => {
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'hello' }))
  const sink = new QueueSink({ queueUrl, client: sqs })
  const topic = 'market_data_raw'
  const all = Array.from({ length: COUNT }, (_, n) => n)
  await sink.accept(all.map((n) => ({ topic, key: `k${n % 7}`, value: Buffer.from(String(n).padEnd(BYTES)) })))
  await sink.flush()
  await sink.close()
  expect(sink.tally.get(topic)).toEqual({ accepted: COUNT, acknowledged: COUNT })

  await deliver()
  broker.signal('SIGKILL')
  let refused = 0
  while (refused === 0) refused = (await deliver()).failed
  await broker.startAgain()
  for (let idle = 0; idle < 2; ) idle = (await deliver()).received === 0 ? idle + 1 : 0

  expect([...new Set(await numbersIn(topic))].sort((a, b) => a - b)).toEqual(all)
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: deadLettersUrl, WaitTimeSeconds: 5 }))
  expect(Messages.map(({ Body }) => Body)).toEqual(['hello'])
})

it('a queue that is not there is refused by its name', async () => {
  const sink = new QueueSink({ queueUrl: queueUrl.replace(/ingest$/, 'elsewhere'), client: sqs })
  await sink.accept([{ topic: 'market_data_raw', key: 'k', value: Buffer.from('1') }])
  await expect(sink.flush()).rejects.toThrow(Refusal)
})
