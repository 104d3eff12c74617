import { describe, expect, it } from 'vitest'
import { Refusal } from '#domain/refusal.ts'
import { parseMapping, readsMsk, refuseChangedIdentity } from '#local/bridges/kafka-event-source/mapping.ts'
import { mappingAnswer } from './lambda-api.ts'

const now = Date.parse('2026-11-21T10:00:00Z')
const parse = (parameters: Record<string, unknown>) => parseMapping(mappingAnswer(parameters), now)

describe('a mapping', () => {
  it('is taken over with what it says', () => {
    const mapping = parse({
      BatchSize: 1000,
      MaximumBatchingWindowInSeconds: 2,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 3,
      MaximumRecordAgeInSeconds: 60,
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'lodestream-local-hot-metrics-market_data_raw' },
      DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:failed' } },
    })
    expect(mapping).toMatchObject({
      topic: 'market_data_raw',
      groupId: 'lodestream-local-hot-metrics-market_data_raw',
      enabled: true,
      batchSize: 1000,
      windowMs: 2_000,
      start: { at: 'TRIM_HORIZON' },
      reportsItemFailures: true,
      bisects: true,
      maximumRetries: 3,
      maximumRecordAgeMs: 60_000,
      onFailure: { kind: 'sqs', arn: 'arn:aws:sqs:us-east-1:000000000000:failed' },
      pollers: 4,
    })
  })

  it("has Lambda's defaults for MSK", () => {
    const bare = {
      BatchSize: null,
      MaximumBatchingWindowInSeconds: undefined,
      FunctionResponseTypes: null,
      ProvisionedPollerConfig: null,
    }
    const mapping = parse(bare)
    expect(mapping).toMatchObject({
      batchSize: 100,
      windowMs: 500,
      bisects: false,
      reportsItemFailures: false,
      pollers: 1,
    })
    expect(mapping.maximumRetries).toBe(Number.POSITIVE_INFINITY)
    expect(mapping.maximumRecordAgeMs).toBe(Number.POSITIVE_INFINITY)
    expect(mapping.groupId).toBe(mapping.uuid)
    expect(parse({ ProvisionedPollerConfig: { MinimumPollers: 2 } }).pollers).toBe(200)
  })

  it('retries ten times where endless retries meet an on-failure destination', () => {
    const onFailure = { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sns:us-east-1:000000000000:failed' } } }
    expect(parse({ MaximumRetryAttempts: -1, ...onFailure }).maximumRetries).toBe(10)
    expect(parse({ MaximumRetryAttempts: 12, ...onFailure }).maximumRetries).toBe(12)
    expect(
      parse({ MaximumRetryAttempts: -1, DestinationConfig: { OnFailure: { Destination: '' } } }).maximumRetries,
    ).toBe(Number.POSITIVE_INFINITY)
  })

  it('starts at a time where it says so', () => {
    const seconds = now / 1000 - 60
    expect(parse({ StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: seconds }).start).toEqual({
      at: 'AT_TIMESTAMP',
      timestampMs: now - 60_000,
    })
  })

  it.each(['Disabled', 'Disabling', 'Deleting'])('rests while its state is %s', (State) => {
    expect(parse({ State }).enabled).toBe(false)
  })

  it.each(['Creating', 'Enabling', 'Enabled', 'Updating'])('is read while its state is %s', (State) => {
    expect(parse({ State }).enabled).toBe(true)
  })
})

describe('a mapping is refused', () => {
  it.each([
    ['BatchSize must be a whole number from 1 to 10000, not 10001', { BatchSize: 10_001 }],
    ['BatchSize must', { BatchSize: 0 }],
    [
      'MaximumBatchingWindowInSeconds must be a whole number from 0 to 300, not 301',
      { MaximumBatchingWindowInSeconds: 301 },
    ],
    ['MaximumBatchingWindowInSeconds must', { MaximumBatchingWindowInSeconds: 0.5 }],
    ['MaximumRetryAttempts must', { MaximumRetryAttempts: 10_001 }],
    ['MaximumRetryAttempts must', { MaximumRetryAttempts: -2 }],
    ['MaximumRecordAgeInSeconds must be a whole number from 60 to 604800, not 59', { MaximumRecordAgeInSeconds: 59 }],
    ['MaximumRecordAgeInSeconds must', { MaximumRecordAgeInSeconds: 604_801 }],
    ['MinimumPollers must', { ProvisionedPollerConfig: { MinimumPollers: 201, MaximumPollers: 300 } }],
    ['MaximumPollers must', { ProvisionedPollerConfig: { MaximumPollers: 2_001 } }],
    ['at least MinimumPollers', { ProvisionedPollerConfig: { MinimumPollers: 3, MaximumPollers: 2 } }],
    [
      'BisectBatchOnFunctionError, MaximumRetryAttempts on MSK needs provisioned mode',
      {
        ProvisionedPollerConfig: null,
        FunctionResponseTypes: [],
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 3,
      },
    ],
    ['FunctionResponseTypes on MSK needs provisioned mode', { ProvisionedPollerConfig: {} }],
    [
      'MaximumRecordAgeInSeconds on MSK needs provisioned mode',
      { ProvisionedPollerConfig: null, FunctionResponseTypes: null, MaximumRecordAgeInSeconds: 60 },
    ],
    [
      'a Kafka topic as the on-failure destination on MSK needs',
      {
        ProvisionedPollerConfig: null,
        FunctionResponseTypes: null,
        DestinationConfig: { OnFailure: { Destination: 'kafka://failed' } },
      },
    ],
    ['another one than the source', { DestinationConfig: { OnFailure: { Destination: 'kafka://market_data_raw' } } }],
    [
      'is none of an SQS queue',
      { DestinationConfig: { OnFailure: { Destination: 'arn:aws:lambda:us-east-1:000000000000:function:x' } } },
    ],
    [
      'DestinationConfig.OnSuccess',
      { DestinationConfig: { OnSuccess: { Destination: 'arn:aws:sqs:us-east-1:000000000000:q' } } },
    ],
    ['StartingPosition must be', { StartingPosition: undefined }],
    ['needs a StartingPositionTimestamp', { StartingPosition: 'AT_TIMESTAMP' }],
    ['cannot be in the future', { StartingPosition: 'AT_TIMESTAMP', StartingPositionTimestamp: now / 1000 + 1 }],
    ['goes with StartingPosition AT_TIMESTAMP', { StartingPosition: 'LATEST', StartingPositionTimestamp: 1 }],
    ['exactly one topic, not 2', { Topics: ['a', 'b'] }],
    ['exactly one topic, not 0', { Topics: [] }],
    ['ParallelizationFactor', { ParallelizationFactor: 2 }],
    ['TumblingWindowInSeconds', { TumblingWindowInSeconds: 30 }],
    ['Queues', { Queues: ['q'] }],
    ['ScalingConfig', { ScalingConfig: { MaximumConcurrency: 2 } }],
    ['FilterCriteria', { FilterCriteria: { Filters: [{ Pattern: '{"value":{"symbol":["AAPL"]}}' }] } }],
    [
      'SchemaRegistryConfig',
      { AmazonManagedKafkaEventSourceConfig: { SchemaRegistryConfig: { SchemaRegistryURI: 'x' } } },
    ],
    ['ReportBatchItemFailures only, not Nonsense', { FunctionResponseTypes: ['Nonsense'] }],
    ["not in Lambda's form", { UUID: 7 }],
  ])('with "%s"', (sentence, parameters) => {
    expect(() => parse(parameters)).toThrow(Refusal)
    expect(() => parse(parameters)).toThrow(sentence)
  })

  it.each([
    ['Topics', { Topics: ['trades_raw'] }],
    ['StartingPosition', { StartingPosition: 'LATEST' }],
    ['EventSourceArn', { EventSourceArn: 'arn:aws:kafka:us-east-1:000000000000:cluster/other/1' }],
    ['ConsumerGroupId', { AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: 'other' } }],
  ])('where an update changes %s', (name, parameters) => {
    expect(() => refuseChangedIdentity(parse({}), parse(parameters))).toThrow(
      `${name} is set when a mapping is created`,
    )
    expect(() => refuseChangedIdentity(parse({}), parse({ BatchSize: 7 }))).not.toThrow()
  })
})

it('is an event source on MSK by its ARN', () => {
  expect(readsMsk(mappingAnswer({}))).toBe(true)
  expect(readsMsk(mappingAnswer({ EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:kafka:q' }))).toBe(false)
  expect(readsMsk({ SelfManagedEventSource: {} })).toBe(false)
})
