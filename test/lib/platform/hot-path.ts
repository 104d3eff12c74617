import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { events } from '#domain/events/events.ts'
import { stageNames } from '#lib/stage.ts'
import { type Resource, stageOf } from './synthesised.ts'

const topics = [...new Set(events.map(({ topic }) => topic))]

const mappingsOf = (name: (typeof stageNames)[number]) =>
  Object.values(stageOf(name).stack('HotPath').findResources('AWS::Lambda::EventSourceMapping')) as Resource[]

describe.each(stageNames)('the mappings of stage %s', (name) => {
  it('are one a topic', () => {
    expect(mappingsOf(name)).toHaveLength(topics.length)
  })

  it('lose nothing: from the first record, failed records alone again, without end and with nowhere to drop them', () => {
    for (const { Properties } of mappingsOf(name)) {
      expect(Properties).toMatchObject({
        BatchSize: 1000,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumBatchingWindowInSeconds: 0,
        MaximumRetryAttempts: -1,
        StartingPosition: 'TRIM_HORIZON',
      })
      expect(Properties).not.toHaveProperty('DestinationConfig')
    }
  })

  it('come after the rights that Lambda tries out when it makes them', () => {
    for (const { DependsOn } of mappingsOf(name)) {
      expect(String(DependsOn)).toMatch(/HotMetricsRoleDefaultPolicy/)
    }
  })
})

describe.each(['local', 'staging', 'prod'] as const)('the Kafka mappings of stage %s', (name) => {
  it.each(topics)('read %s as their own group, through provisioned pollers that share a group', (topic) => {
    stageOf(name)
      .stack('HotPath')
      .hasResourceProperties('AWS::Lambda::EventSourceMapping', {
        AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: `lodestream-${name}-hot-metrics-${topic}` },
        ProvisionedPollerConfig: { MinimumPollers: 1, PollerGroupName: `lodestream-${name}` },
        Topics: [topic],
      })
  })
})

describe.each(['staging', 'prod'] as const)('the functions of stage %s', (name) => {
  it('rebuild one at a time, every minute, and a refused run does not wait', () => {
    const hotPath = stageOf(name).stack('HotPath')
    hotPath.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: `lodestream-${name}-hot-rebuild`,
      ReservedConcurrentExecutions: 1,
      Timeout: 900,
    })
    hotPath.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)' })
    hotPath.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
    })
  })

  it('enter the cache by IAM over TLS: counters as writer, the API as reader', () => {
    const environment = (role: string) => ({
      Environment: {
        Variables: Match.objectLike({
          REDIS_IAM_CACHE: `lodestream-${name}-hot`,
          REDIS_IAM_USER: `lodestream-${name}-${role}`,
          REDIS_TLS: 'true',
        }),
      },
    })
    const named = (fn: string) => ({ FunctionName: `lodestream-${name}-${fn}` })
    const { stack } = stageOf(name)
    stack('HotPath').hasResourceProperties('AWS::Lambda::Function', {
      ...named('hot-metrics'),
      ...environment('writer'),
    })
    stack('Serving').hasResourceProperties('AWS::Lambda::Function', { ...named('api'), ...environment('reader') })
  })

  it('run on what was tried: Node 24 on arm64, traced, with logs of a stated age under a key of ours', () => {
    const ours = stageOf(name)
      .all('AWS::Lambda::Function')
      .filter(({ Properties }) => String(Properties?.FunctionName).startsWith('lodestream-'))
    expect(ours).toHaveLength(12)
    for (const { Properties } of ours) {
      expect(Properties).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogFormat: 'JSON', LogGroup: expect.anything() },
      })
    }
  })
})

describe('the cache', () => {
  it.each(['dev', 'staging', 'prod'] as const)('of stage %s is encrypted by a key of ours and limited', (name) => {
    stageOf(name)
      .stack('HotPath')
      .hasResourceProperties('AWS::ElastiCache::ServerlessCache', {
        CacheUsageLimits: { DataStorage: { Maximum: Match.anyValue(), Unit: 'GB' }, ECPUPerSecond: Match.anyValue() },
        Engine: 'valkey',
        KmsKeyId: { 'Fn::GetAtt': Match.anyValue() },
        UserGroupId: Match.anyValue(),
      })
  })

  it.each(stageNames)('of stage %s has no user without credentials', (name) => {
    for (const { Properties } of stageOf(name).all('AWS::ElastiCache::User')) {
      expect(Properties).toMatchObject({ AuthenticationMode: { Type: 'iam' } })
      expect(Properties).not.toHaveProperty('NoPasswordRequired')
    }
  })
})
