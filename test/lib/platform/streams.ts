import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { events } from '#domain/events/events.ts'
import { avroText } from '#domain/events/to-avro.ts'
import { stageNames } from '#lib/stage.ts'
import { stageOf, synthesise } from './synthesised.ts'

const names = [...new Set(events.map(({ topic }) => topic))].sort()
const configsOf = (properties: unknown): unknown => {
  const { Configs } = properties as { Configs: string }
  return JSON.parse(Buffer.from(Configs, 'base64').toString())
}

describe.each(['staging', 'prod'] as const)('the topics of stage %s', (name) => {
  const topics = () => stageOf(name).all('AWS::MSK::Topic')

  it('are those of the contracts', () => {
    expect(
      topics()
        .map(({ Properties }) => Properties?.TopicName)
        .sort(),
    ).toEqual(names)
  })

  it('lose nothing acknowledged, and keep it for seven days with the time at which the broker took it', () => {
    for (const { Properties } of topics()) {
      expect(Properties).toMatchObject({ ReplicationFactor: 3 })
      expect(configsOf(Properties)).toEqual({
        'cleanup.policy': 'delete',
        'message.timestamp.type': 'LogAppendTime',
        'min.insync.replicas': '2',
        'retention.ms': String(7 * 24 * 3_600_000),
        'unclean.leader.election.enable': 'false',
      })
    }
  })

  it('stand on a cluster that speaks IAM over TLS alone, encrypted by a key of ours', () => {
    stageOf(name)
      .stack('Streams')
      .hasResourceProperties('AWS::MSK::Cluster', {
        ClientAuthentication: { Sasl: { Iam: { Enabled: true } }, Unauthenticated: { Enabled: false } },
        EncryptionInfo: {
          EncryptionAtRest: { DataVolumeKMSKeyId: { 'Fn::GetAtt': Match.anyValue() } },
          EncryptionInTransit: { ClientBroker: 'TLS', InCluster: true },
        },
        NumberOfBrokerNodes: 3,
      })
  })

  it('cannot be made by accident or lose an election', () => {
    stageOf(name)
      .stack('Streams')
      .hasResourceProperties('AWS::MSK::Configuration', {
        ServerProperties: Match.stringLikeRegexp(
          'auto.create.topics.enable=false\n(.*\n)*min.insync.replicas=2\nunclean.leader.election.enable=false',
        ),
      })
  })
})

describe('the small stage', () => {
  it('has a stream for each topic, encrypted, for seven days', () => {
    const streams = stageOf('dev').all('AWS::Kinesis::Stream')
    expect(streams.map(({ Properties }) => Properties?.Name).sort()).toEqual(names)
    for (const { Properties } of streams) {
      expect(Properties).toMatchObject({ RetentionPeriodHours: 168, StreamEncryption: { EncryptionType: 'KMS' } })
    }
  })

  it('has no cluster', () => {
    expect(stageOf('dev').all('AWS::MSK::Cluster')).toEqual([])
  })

  it('rebuilds live values from the streams, through an endpoint of its network', () => {
    const { stack } = stageOf('dev')
    stack('Network').hasResourceProperties('AWS::EC2::VPCEndpoint', {
      ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', { Ref: 'AWS::Region' }, '.kinesis-streams']] },
    })
    stack('HotPath').hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'lodestream-dev-hot-rebuild',
      Environment: { Variables: Match.objectLike({ TRANSPORT: 'kinesis', TOPICS: Match.anyValue() }) },
    })
  })
})

describe('stage local on Kinesis', () => {
  const onKinesis = synthesise('local', { transport: 'kinesis' })

  it('has a stream of four shards for each topic, and nothing of Kafka', () => {
    const streams = onKinesis.all('AWS::Kinesis::Stream')
    expect(streams.map(({ Properties }) => Properties?.Name).sort()).toEqual(names)
    for (const { Properties } of streams) expect(Properties).toMatchObject({ ShardCount: 4 })
    for (const type of ['AWS::MSK::Cluster', 'AWS::MSK::Topic']) expect(onKinesis.all(type)).toEqual([])
  })

  it('has every topic consumed twice, in order and without end', () => {
    const mappings = onKinesis.all('AWS::Lambda::EventSourceMapping').filter(({ Properties }) => {
      return JSON.stringify(Properties?.EventSourceArn).includes('Stream')
    })
    expect(mappings).toHaveLength(2 * names.length)
    for (const { Properties } of mappings) {
      expect(Properties).toMatchObject({
        StartingPosition: 'TRIM_HORIZON',
        MaximumRetryAttempts: -1,
        ParallelizationFactor: 1,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      })
    }
  })
})

describe.each(stageNames)('the schema registry of stage %s', (name) => {
  const avro = events.filter(({ wire }) => wire === 'avro')

  it('has a schema for each contract that travels as Avro, under the rule that every version reads every other', () => {
    const schemas = stageOf(name).all('AWS::Glue::Schema')
    expect(schemas.map(({ Properties }) => Properties?.Name)).toEqual(avro.map((definition) => definition.name))
    for (const { Properties } of schemas)
      expect(Properties).toMatchObject({ Compatibility: 'FULL_ALL', DataFormat: 'AVRO' })
    stageOf(name)
      .stack('Streams')
      .hasResourceProperties('AWS::Glue::Registry', { Name: `lodestream-${name}` })
  })

  it('replaces no schema when its contract changes: the text is in a version, as a writer asks for it', () => {
    for (const { Properties } of stageOf(name).all('AWS::Glue::Schema'))
      expect(Properties).not.toHaveProperty('SchemaDefinition')
    const versions = stageOf(name).all('AWS::Glue::SchemaVersion')
    expect(versions.map(({ Properties }) => Properties?.SchemaDefinition)).toEqual(avro.map(avroText))
  })

  it('keeps the versions that were replaced, for the records that they wrote', () => {
    for (const { DeletionPolicy, UpdateReplacePolicy } of stageOf(name).all('AWS::Glue::SchemaVersion'))
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain'])
  })

  it.each([
    ['hot-metrics', 'glue:GetSchemaVersion'],
    ['hot-rebuild', 'glue:GetSchemaVersion'],
    ['lake-landing', 'glue:GetSchemaVersion'],
    ['lake-redrive', 'glue:GetSchemaByDefinition'],
  ])('is known to %s, which may %s and nothing else of it', (fn, action) => {
    const [found] = stageOf(name)
      .all('AWS::Lambda::Function')
      .filter(({ Properties }) => Properties?.FunctionName === `lodestream-${name}-${fn}`)
    const { Environment, Role } = { ...found?.Properties } as {
      Environment: { Variables: Record<string, unknown> }
      Role: { 'Fn::GetAtt': readonly [string] }
    }
    expect(Environment.Variables.SCHEMA_REGISTRY).toBe(`lodestream-${name}`)
    const rights = stageOf(name)
      .all('AWS::IAM::Policy')
      .filter(({ Properties }) => JSON.stringify(Properties?.Roles).includes(`"${Role['Fn::GetAtt'][0]}"`))
      .flatMap(({ Properties }) => JSON.stringify(Properties).match(/glue:\w*Schema\w*/g) ?? [])
    expect(rights.filter((right) => right !== 'glue:GetSchema' && !/Table/.test(right))).toEqual([action])
  })
})
