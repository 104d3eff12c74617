import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingRequest,
  CreateFunctionCommand,
  DeleteEventSourceMappingCommand,
  LambdaClient,
  UpdateEventSourceMappingCommand,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda'
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { Admin, Producer } from '@platformatic/kafka'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { LocalAws } from '#local/bridges/kafka-event-source/aws.ts'
import { kafka } from '#local/engines/kafka.ts'
import { localstack } from '#local/engines/localstack.ts'
import { portFor } from '#local/ports.ts'
import { BridgeProcess, until } from '#test/local/kafka-event-source/bridge-process.ts'
import { zipOf } from '#test/local/kafka-event-source/function-zip.ts'

const place = { home: mkdtempSync(join(tmpdir(), 'lodestream-esm-ls-')) }
const seen = join(place.home, 'seen')
const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }

/** Fails where a value says so, one way or the other, and notes what it handled. */
const code = `
import { appendFileSync } from 'node:fs'
export async function handler(event) {
  const records = Object.values(event.records).flat()
  const value = (r) => Buffer.from(r.value, 'base64').toString()
  if (records.some((r) => value(r) === 'throw')) throw new Error('poison')
  const failed = records.filter((r) => value(r) === 'report')
  const handled = records.filter((r) => value(r) !== 'report')
  if (handled.length) appendFileSync(process.env.SEEN, handled.map((r) => r.topic + ' ' + r.partition + ' ' + r.offset + '\\n').join(''))
  return { batchItemFailures: failed.map((r) => ({ itemIdentifier: { partition: r.topic + '-' + r.partition, offset: r.offset } })) }
}
`

let broker = ''
let endpoint = ''
let bridge: BridgeProcess
let lambda: LambdaClient
let sqs: SQSClient
let aws: LocalAws
let producer: Producer
const mappings: string[] = []

beforeAll(async () => {
  broker = await kafka.start(place)
  for (const part of ['elasticache', 'msk']) await portFor(place.home, part)
  endpoint = await localstack.start(place)
  lambda = new LambdaClient({ endpoint, region: 'us-east-1', credentials })
  sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials })
  aws = new LocalAws(endpoint, 'us-east-1')
  producer = new Producer({ clientId: 'test', bootstrapBrokers: [broker], idempotent: true })
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'hot',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/hot',
      Code: { ZipFile: zipOf('index.mjs', code) },
      Environment: { Variables: { SEEN: seen } },
    }),
  )
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 60 }, { FunctionName: 'hot' })
  bridge = new BridgeProcess({ LODESTREAM_KAFKA: broker, AWS_ENDPOINT_URL: endpoint, LODESTREAM_HOME: place.home })
})

afterAll(async () => {
  expect(await bridge?.stop()).toBe(0)
  aws?.close()
  await producer?.close()
  await localstack.stop(place)
  await kafka.stop(place)
  rmSync(place.home, { recursive: true, force: true })
})

afterEach(async () => {
  const before = bridge.said('the mapping was deleted').length
  for (const UUID of mappings.splice(0)) await lambda.send(new DeleteEventSourceMappingCommand({ UUID }))
  await until(
    () => bridge.said('the mapping was deleted').length > before,
    () => 'the mapping was not let go',
  )
})

describe('with the real Lambda of LocalStack', () => {
  it('a stream is handled whole, and an update and a pause of the mapping are obeyed', async () => {
    const topic = await mapped({ BatchSize: 50 })
    await produce(
      topic,
      Array.from({ length: 200 }, () => 'ok'),
    )
    await handled(topic, 200)
    const UUID = mappings[0]
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }))
    await until(
      () => bridge.said('the mapping is disabled').length === 1,
      () => 'the pause was not seen',
    )
    await produce(topic, ['ok'])
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true, BatchSize: 10 }))
    await handled(topic, 201)
    expect(new Set(lines(topic)).size).toBe(201)
  })

  it('what fails ends at an SQS queue, one record alone', async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'failed-sqs' }))
    const topic = await mapped({
      MaximumRetryAttempts: 1,
      BisectBatchOnFunctionError: true,
      DestinationConfig: { OnFailure: { Destination: arn('sqs', 'failed-sqs') } },
    })
    await produce(topic, ['ok', 'ok', 'throw', 'ok', 'report', 'ok'])
    await handled(topic, 4)
    const bodies = [await received(QueueUrl), await received(QueueUrl)]
    expect(bodies).toEqual([
      expect.objectContaining({
        KafkaBatchInfo: expect.objectContaining({
          recordsInfo: { [`${topic}-0`]: expect.objectContaining({ firstRecordOffset: '2', lastRecordOffset: '2' }) },
        }),
      }),
      expect.objectContaining({
        KafkaBatchInfo: expect.objectContaining({
          recordsInfo: { [`${topic}-0`]: expect.objectContaining({ firstRecordOffset: '4', lastRecordOffset: '4' }) },
        }),
      }),
    ])
    expect(bodies[0]).toMatchObject({
      requestContext: { functionArn: arn('lambda', 'function:hot'), condition: 'RetryAttemptsExhausted' },
      responseContext: { functionError: 'Unhandled' },
    })
    expect(bodies[0]?.requestContext).toMatchObject({ requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) })
  })

  it('what fails ends at an SNS topic', async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'behind-sns' }))
    await form({ Action: 'CreateTopic', Name: 'failed-sns' })
    const subscription = { TopicArn: arn('sns', 'failed-sns'), Protocol: 'sqs', Endpoint: arn('sqs', 'behind-sns') }
    await form({
      Action: 'Subscribe',
      ...subscription,
      'Attributes.entry.1.key': 'RawMessageDelivery',
      'Attributes.entry.1.value': 'true',
    })
    const topic = await mapped({
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: arn('sns', 'failed-sns') } },
    })
    await produce(topic, ['report'])
    expect(await received(QueueUrl)).toMatchObject({ version: '1.0', KafkaBatchInfo: { batchSize: 1 } })
  })

  it('what fails ends in an S3 bucket, with the event', async () => {
    expect((await aws.call({ service: 's3', method: 'PUT', path: '/failed-s3' })).status).toBe(200)
    const topic = await mapped({
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failed-s3' } },
    })
    await produce(topic, ['report'])
    const list = async () => (await aws.call({ service: 's3', method: 'GET', path: '/failed-s3?list-type=2' })).text
    await until(
      async () => (await list()).includes('<Key>'),
      () => 'nothing is in the bucket',
    )
    const key = /<Key>(.*?)<\/Key>/.exec(await list())?.[1]
    expect(key).toMatch(new RegExp(`^aws/lambda/${mappings[0]}/${topic}-0/\\d{4}/\\d\\d/\\d\\d/`))
    const body = JSON.parse((await aws.call({ service: 's3', method: 'GET', path: `/failed-s3/${key}` })).text) as {
      payload: string
    }
    expect(JSON.parse(body.payload)).toMatchObject({
      records: { [`${topic}-0`]: [{ offset: 0, value: Buffer.from('report').toString('base64') }] },
    })
  })
})

let sequence = 0

/** A new topic of one partition with a mapping to the function. */
async function mapped(parameters: Partial<CreateEventSourceMappingRequest>): Promise<string> {
  const topic = `stream_${++sequence}`
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker] })
  await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 })
  await admin.close()
  const { UUID } = await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: 'hot',
      EventSourceArn: arn('kafka', 'cluster/lodestream/11111111-2222-3333-4444-555555555555-1'),
      Topics: [topic],
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 1000,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 4 },
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: `group-${topic}` },
      ...parameters,
    }),
  )
  if (UUID) mappings.push(UUID)
  return topic
}

async function produce(topic: string, values: string[]): Promise<void> {
  await producer.send({ messages: values.map((value) => ({ topic, value: Buffer.from(value) })), acks: -1 })
}

function lines(topic: string): string[] {
  const text = readFileSync(seen, { encoding: 'utf8', flag: 'a+' })
  return text.split('\n').filter((line) => line.startsWith(`${topic} `))
}

async function handled(topic: string, count: number): Promise<void> {
  await until(
    () => lines(topic).length >= count,
    () => `${lines(topic).length} of ${count} handled; ${JSON.stringify(bridge.lines.slice(-10))} ${bridge.errors}`,
    60_000,
  )
}

async function received(QueueUrl: string | undefined): Promise<Record<string, unknown>> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2, MaxNumberOfMessages: 1, VisibilityTimeout: 600 }),
    )
    const body = Messages?.[0]?.Body
    if (body) return JSON.parse(body) as Record<string, unknown>
  }
  throw new Error(`Nothing came into the queue; ${JSON.stringify(bridge.lines.slice(-10))}`)
}

async function form(parameters: Record<string, string>): Promise<void> {
  const body = new URLSearchParams({ Version: '2010-03-31', ...parameters }).toString()
  const answer = await aws.call({
    service: 'sns',
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  })
  if (answer.status !== 200) throw new Error(answer.text)
}
