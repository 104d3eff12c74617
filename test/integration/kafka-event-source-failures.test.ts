import { Consumer } from '@platformatic/kafka'
import { describe, expect, it } from 'vitest'
import { until } from '#test/local/kafka-event-source/bridge-process.ts'
import type { DeliveredEvent, FunctionAnswer } from '#test/local/kafka-event-source/lambda-api.ts'
import { Scene, upTo } from '#test/local/kafka-event-source/scene.ts'

const scene = new Scene()
const queue = 'arn:aws:sqs:us-east-1:000000000000:failed'

/** Throws where the batch holds one of these offsets of partition 0. */
function throwsOn(...poison: number[]) {
  return (event: DeliveredEvent): FunctionAnswer => {
    const bad = Object.values(event.records)
      .flat()
      .some(({ partition, offset }) => partition === 0 && poison.includes(offset))
    return bad ? { error: { errorType: 'Error', errorMessage: 'poison' } } : { result: null }
  }
}

/** Reports these offsets of partition 0 as failed. */
function reports(...poison: number[]) {
  return (event: DeliveredEvent): FunctionAnswer => {
    const failed = Object.values(event.records)
      .flat()
      .filter(({ partition, offset }) => partition === 0 && poison.includes(offset))
    return {
      result: {
        batchItemFailures: failed.map(({ topic, partition, offset }) => ({
          itemIdentifier: { partition: `${topic}-${partition}`, offset },
        })),
      },
    }
  }
}

describe('a failing function', () => {
  it('gets its batch again without end, and nothing behind it, where retries have none', async () => {
    const { api } = scene
    await scene.produce(0, 20)
    api.answer = throwsOn(3)
    scene.start({ BatchSize: 10, MaximumRetryAttempts: -1 })
    await until(
      () => api.calls.length >= 5,
      () => 'it was not tried again',
    )
    expect(scene.of(0).every((offset) => offset < 10)).toBe(true)
    expect(await scene.committed(0)).toBe(0n)
    expect(scene.bridges[0]?.said('the function does not work')).toHaveLength(1)
    api.answer = () => ({ result: null })
    await scene.committing(0, 20n)
    expect(scene.bridges[0]?.said('the function works again')).toHaveLength(1)
  })

  it('loses one record to the destination, and no other, where batches are bisected', async () => {
    const { api, topic, broker } = scene
    await scene.produce(0, 16)
    await scene.produce(1, 16)
    api.answer = throwsOn(11)
    const begun = new Date()
    const mapping = {
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: queue } },
    }
    scene.start({ ...mapping, ProvisionedPollerConfig: { MaximumPollers: 1 } })
    await scene.committing(0, 16n)
    await scene.committing(1, 16n)
    expect(api.queue).toHaveLength(1)
    const record = api.calls
      .flatMap(({ records }) => records)
      .find(({ partition, offset }) => partition === 0 && offset === 11)
    const recordTime = new Date(record?.timestamp ?? 0).toISOString()
    expect(api.queue[0]).toEqual({
      requestContext: {
        requestId: expect.any(String),
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:hot',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: expect.any(Number),
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      KafkaBatchInfo: {
        batchSize: 1,
        eventSourceArn:
          'arn:aws:kafka:us-east-1:000000000000:cluster/lodestream/11111111-2222-3333-4444-555555555555-1',
        bootstrapServers: broker,
        payloadSize: expect.any(Number),
        recordsInfo: {
          [`${topic}-0`]: {
            firstRecordOffset: '11',
            lastRecordOffset: '11',
            firstRecordTimestamp: recordTime,
            lastRecordTimestamp: recordTime,
          },
        },
      },
    })
    const sent = api.queue[0] as { timestamp: string }
    expect(Date.parse(sent.timestamp)).toBeGreaterThanOrEqual(begun.getTime())
    const successes = api.calls.filter(
      ({ records }) => !records.some(({ partition, offset }) => partition === 0 && offset === 11),
    )
    expect(new Set(successes.flatMap(({ records }) => records.map((r) => `${r.partition}:${r.offset}`))).size).toBe(31)
  })

  it('gets only what it reported again, and gives up only that', async () => {
    const { api, topic } = scene
    await scene.produce(0, 10)
    api.answer = reports(4, 7)
    scene.start({
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:sns:us-east-1:000000000000:failed' } },
    })
    await scene.committing(0, 10n)
    expect(api.calls.map(({ records }) => records.map(({ offset }) => offset))).toEqual([upTo(10), [4, 7], [4, 7]])
    expect(api.topic).toMatchObject([
      {
        KafkaBatchInfo: {
          batchSize: 2,
          recordsInfo: { [`${topic}-0`]: { firstRecordOffset: '4', lastRecordOffset: '7' } },
        },
      },
    ])
    expect(api.topic[0]).not.toHaveProperty('responseContext.functionError')
  })

  it('gets the whole batch again where it reports what it was not sent', async () => {
    const { api, topic } = scene
    await scene.produce(0, 3)
    let calls = 0
    api.answer = () => ({
      result:
        ++calls === 1 ? { batchItemFailures: [{ itemIdentifier: { partition: `${topic}-0`, offset: 99 } }] } : null,
    })
    scene.start()
    await scene.committing(0, 3n)
    expect(api.calls.map(({ records }) => records.length)).toEqual([3, 3])
  })

  it('is asked ten times more where endless retries meet a destination', async () => {
    const { api } = scene
    await scene.produce(0, 1)
    api.answer = throwsOn(0)
    scene.start({ MaximumRetryAttempts: -1, DestinationConfig: { OnFailure: { Destination: queue } } })
    await until(
      () => api.queue.length === 1,
      () => `after ${api.calls.length} invocations nothing was given up`,
      40_000,
    )
    expect(api.calls).toHaveLength(11)
    expect(api.queue[0]).toMatchObject({ requestContext: { approximateInvokeCount: 11 } })
  })
})

describe('a record', () => {
  it('that is older than the mapping allows is given up unseen', async () => {
    const { topic, api } = scene
    const messages = [Date.now() - 3_600_000, Date.now()].map((time) => ({
      topic,
      partition: 0,
      value: Buffer.from('v'),
      timestamp: BigInt(time),
    }))
    await scene.producer.send({ messages, acks: -1 })
    scene.start({ MaximumRecordAgeInSeconds: 60, DestinationConfig: { OnFailure: { Destination: queue } } })
    await scene.committing(0, 2n)
    expect(scene.of(0)).toEqual([1])
    expect(api.queue).toMatchObject([
      { requestContext: { condition: 'RecordAgeExpired', approximateInvokeCount: 0 }, responseContext: null },
    ])
  })

  it('that no invocation can hold is given up, and the rest goes on', async () => {
    const { topic, api } = scene
    await scene.withAdmin((admin) =>
      admin.incrementalAlterConfigs({
        resources: [
          {
            resourceType: 2,
            resourceName: topic,
            configs: [{ name: 'max.message.bytes', value: '8000000', configOperation: 0 }],
          },
        ],
      }),
    )
    const sizes = [10, 5_000_000, 10]
    for (const size of sizes)
      await scene.producer.send({ messages: [{ topic, partition: 0, value: Buffer.alloc(size) }], acks: -1 })
    scene.start({ DestinationConfig: { OnFailure: { Destination: queue } } })
    await scene.committing(0, 3n)
    expect(scene.of(0)).toEqual([0, 2])
    expect(api.queue).toMatchObject([
      {
        requestContext: { condition: 'MaximumPayloadSizeExceeded' },
        responseContext: null,
        KafkaBatchInfo: { batchSize: 1 },
      },
    ])
  })

  it('that fails goes to a Kafka topic whole, under its own key', async () => {
    const { topic, api, broker } = scene
    const failed = await scene.createTopic(`${topic}_failed`)
    await scene.produce(0, 3)
    api.answer = reports(1)
    scene.start({ MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: `kafka://${failed}` } } })
    await scene.committing(0, 3n)
    const consumer = new Consumer({ clientId: 'test', groupId: 'test-failed', bootstrapBrokers: [broker] })
    const stream = await consumer.consume({ topics: [failed], mode: 'earliest', maxWaitTime: 100 })
    for await (const { key, value } of stream) {
      expect(key.toString()).toBe('k')
      expect(JSON.parse(value.toString())).toMatchObject({
        requestContext: {
          condition: 'RetriesExhausted',
          functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:hot:$LATEST',
        },
        KafkaBatchInfo: { batchSize: 1, recordInfo: { offset: '1' } },
        payload: { eventSource: 'aws:kafka', records: { [`${topic}-0`]: [{ offset: 1, key: 'aw==', value: 'MQ==' }] } },
      })
      break
    }
    await consumer.close(true)
  })

  it('waits for its destination, and nothing is skipped meanwhile', async () => {
    const { topic, api } = scene
    await scene.produce(0, 3)
    api.answer = reports(1)
    scene.start({
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: `kafka://${topic}_later` } },
    })
    await scene.said('delivering to the on-failure destination does not work')
    expect(await scene.committed(0)).toBe(1n)
    await scene.createTopic(`${topic}_later`)
    await scene.committing(0, 3n)
    expect(scene.bridges[0]?.said('delivering to the on-failure destination works again')).toHaveLength(1)
  })
})
