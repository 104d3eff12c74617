import { randomUUID } from 'node:crypto'
import { Producer } from '@platformatic/kafka'
import type { Answer, LocalAws } from './aws.ts'
import type { Condition } from './delivery.ts'
import { eventText, type PendingRecord } from './event.ts'
import type { Invocation } from './invoke.ts'
import type { Destination, Mapping } from './mapping.ts'

/** What is given up, and what Lambda knows about it. */
export interface Discarded {
  readonly mapping: Mapping
  readonly bootstrap: string
  readonly records: readonly PendingRecord[]
  readonly condition: Condition
  readonly invocations: number
  readonly last: Invocation | undefined
  readonly at: Date
}

/** Delivers what a mapping gives up to its on-failure destination. Rejects where the destination does not take it. */
export class Destinations {
  readonly #aws: LocalAws
  readonly #bootstrap: string
  #producer: Producer | undefined

  constructor(aws: LocalAws, bootstrap: string) {
    this.#aws = aws
    this.#bootstrap = bootstrap
  }

  async deliver(destination: Destination, discarded: Discarded): Promise<void> {
    switch (destination.kind) {
      case 'sqs':
        return this.#toQueue(destination.arn, JSON.stringify(batchRecord(discarded)))
      case 'sns':
        return this.#toTopic(destination.arn, JSON.stringify(batchRecord(discarded)))
      case 's3':
        return this.#toBucket(destination.arn, discarded)
      case 'kafka':
        return this.#toKafka(destination.topic, discarded)
      default:
        destination satisfies never
    }
  }

  async close(): Promise<void> {
    await this.#producer?.close()
    this.#producer = undefined
  }

  async #toQueue(arn: string, body: string): Promise<void> {
    const [, , , , account, queue] = arn.split(':')
    const sqs = async (action: string, input: object): Promise<Answer> =>
      accepted(
        await this.#aws.call({
          service: 'sqs',
          method: 'POST',
          path: '/',
          headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
          body: Buffer.from(JSON.stringify(input)),
        }),
      )
    const found: unknown = JSON.parse(
      (await sqs('GetQueueUrl', { QueueName: queue, QueueOwnerAWSAccountId: account })).text,
    )
    await sqs('SendMessage', { ...(found as object), MessageBody: body })
  }

  async #toTopic(arn: string, message: string): Promise<void> {
    const form = new URLSearchParams({ Action: 'Publish', Version: '2010-03-31', TopicArn: arn, Message: message })
    accepted(
      await this.#aws.call({
        service: 'sns',
        method: 'POST',
        path: '/',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: form.toString(),
      }),
    )
  }

  async #toBucket(arn: string, discarded: Discarded): Promise<void> {
    const { mapping, bootstrap, records, at } = discarded
    const time = at.toISOString()
    const day = time.slice(0, 10)
    const stamp = time.slice(0, 19).replaceAll(':', '.')
    const shard = `${mapping.topic}-${records[0]?.partition}`
    const key = `aws/lambda/${mapping.uuid}/${shard}/${day.replaceAll('-', '/')}/${stamp}-${randomUUID()}`
    const body = { ...batchRecord(discarded), payload: eventText(mapping, bootstrap, records) }
    accepted(
      await this.#aws.call({
        service: 's3',
        method: 'PUT',
        path: `/${arn.split(':').at(-1)}/${key}`,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify(body)),
      }),
    )
  }

  /** One message a record, under the key that the record had. */
  async #toKafka(topic: string, discarded: Discarded): Promise<void> {
    this.#producer ??= new Producer({
      clientId: 'kafka-event-source-failures',
      bootstrapBrokers: [this.#bootstrap],
      autocreateTopics: false,
    })
    const messages = discarded.records.map((record) => ({
      topic,
      ...(record.key && { key: record.key }),
      value: Buffer.from(JSON.stringify(singleRecord(discarded, record))),
    }))
    await this.#producer.send({ messages, acks: -1 })
  }
}

/** The document that SQS and SNS get, and S3 with the payload: metadata by partition. */
export function batchRecord(discarded: Discarded): Record<string, unknown> {
  const { mapping, bootstrap, records } = discarded
  const recordsInfo: Record<string, unknown> = {}
  for (const [partition, of] of Map.groupBy(records, (record) => record.partition)) {
    const [first, last] = [of[0] ?? unreachable(), of.at(-1) ?? unreachable()]
    recordsInfo[`${mapping.topic}-${partition}`] = {
      firstRecordOffset: String(first.offset),
      lastRecordOffset: String(last.offset),
      firstRecordTimestamp: new Date(first.timestamp).toISOString(),
      lastRecordTimestamp: new Date(last.timestamp).toISOString(),
    }
  }
  return {
    ...context(discarded, discarded.condition, mapping.functionArn),
    KafkaBatchInfo: {
      batchSize: records.length,
      eventSourceArn: mapping.clusterArn,
      bootstrapServers: bootstrap,
      payloadSize: eventText(mapping, bootstrap, records).length,
      recordsInfo,
    },
  }
}

/** The document that a Kafka topic gets: one a record, with the record itself. */
export function singleRecord(discarded: Discarded, record: PendingRecord): Record<string, unknown> {
  const { mapping, bootstrap, condition } = discarded
  const payload = eventText(mapping, bootstrap, [record])
  return {
    ...context(
      discarded,
      condition === 'RetryAttemptsExhausted' ? 'RetriesExhausted' : condition,
      `${mapping.functionArn}:$LATEST`,
    ),
    KafkaBatchInfo: {
      batchSize: 1,
      eventSourceArn: mapping.clusterArn,
      bootstrapServers: bootstrap,
      payloadSize: payload.length,
      recordInfo: { offset: String(record.offset), timestamp: new Date(record.timestamp).toISOString() },
    },
    payload: JSON.parse(payload) as unknown,
  }
}

function context(
  { condition, invocations, last, at }: Discarded,
  named: string,
  functionArn: string,
): Record<string, unknown> {
  const sent = condition !== 'MaximumPayloadSizeExceeded' && last !== undefined
  return {
    requestContext: {
      requestId: last?.requestId ?? randomUUID(),
      functionArn,
      condition: named,
      approximateInvokeCount: invocations,
    },
    responseContext: sent
      ? {
          statusCode: 200,
          executedVersion: last.version ?? '$LATEST',
          ...(last.outcome.kind === 'function_error' && { functionError: 'Unhandled' }),
        }
      : null,
    version: '1.0',
    timestamp: at.toISOString(),
  }
}

function unreachable(): never {
  throw new Error('A partition was grouped without a record.')
}

function accepted(answer: Answer): Answer {
  if (answer.status >= 200 && answer.status < 300) return answer
  throw new Error(`the destination answered ${answer.status} ${answer.text.slice(0, 300)}`)
}
