import { Match } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { loadSchedules } from '#adapters/sql-files/load-schedules.ts'
import { loadTables } from '#adapters/sql-files/load-tables.ts'
import { events } from '#domain/events/events.ts'
import { stageNames } from '#lib/stage.ts'
import { type Resource, stageOf } from './synthesised.ts'

const topics = [...new Set(events.map(({ topic }) => topic))]

describe.each(stageNames)('landing in stage %s', (name) => {
  it('has a mapping a topic, apart from those of the hot path, in large batches and without a place to drop records', () => {
    const mappings = Object.values(
      stageOf(name).stack('ColdPath').findResources('AWS::Lambda::EventSourceMapping'),
    ) as Resource[]
    expect(mappings).toHaveLength(topics.length)
    for (const { Properties } of mappings) {
      expect(Properties).toMatchObject({
        BatchSize: 10_000,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        MaximumBatchingWindowInSeconds: name === 'local' ? 1 : 5,
        MaximumRetryAttempts: -1,
        StartingPosition: 'TRIM_HORIZON',
      })
      expect(Properties).not.toHaveProperty('DestinationConfig')
    }
  })

  it.each(['bronze', 'quarantine'])(
    'delivers %s as Parquet by its table, in the folders of its partitions',
    (stream) => {
      const partitions = stream === 'bronze' ? ['ingest_date', 'event_type'] : ['ingest_date']
      stageOf(name)
        .stack('ColdPath')
        .hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
          DeliveryStreamName: `lodestream-${name}-${stream}`,
          DeliveryStreamEncryptionConfigurationInput: Match.objectLike({ KeyType: Match.anyValue() }),
          ExtendedS3DestinationConfiguration: Match.objectLike({
            BufferingHints:
              name === 'local' ? { SizeInMBs: 64, IntervalInSeconds: 60 } : { SizeInMBs: 128, IntervalInSeconds: 900 },
            Prefix: `${stream}/${partitions.map((by) => `${by}=!{partitionKeyFromQuery:${by}}/`).join('')}`,
            ErrorOutputPrefix: `errors/${stream}/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/`,
            DynamicPartitioningConfiguration: { Enabled: true },
            ProcessingConfiguration: Match.objectLike({
              Processors: [
                Match.objectLike({ Type: 'RecordDeAggregation' }),
                Match.objectLike({
                  Type: 'MetadataExtraction',
                  Parameters: Match.arrayWith([
                    {
                      ParameterName: 'MetadataExtractionQuery',
                      ParameterValue: `{${partitions.map((by) => `${by}:.${by}`).join(',')}}`,
                    },
                  ]),
                }),
              ],
            }),
            DataFormatConversionConfiguration: Match.objectLike({
              OutputFormatConfiguration: { Serializer: { ParquetSerDe: { Compression: 'SNAPPY' } } },
            }),
          }),
        })
    },
  )
})

describe.each(stageNames)('statements in stage %s', (name) => {
  const workgroup = (who: string) => {
    const found = stageOf(name)
      .all('AWS::Athena::WorkGroup')
      .find(({ Properties }) => Properties?.Name === `lodestream-${name}-${who}`)
    return found?.Properties?.WorkGroupConfiguration
  }

  it('of builds choose where their tables stand', () => {
    expect(workgroup('builds')).toMatchObject({ EnforceWorkGroupConfiguration: false })
  })

  it.each(['serving', 'analysts'])('of %s are bounded, and choose nothing', (who) => {
    expect(workgroup(who)).toMatchObject({
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: expect.any(Number),
      ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: name === 'local' ? 'SSE_S3' : 'SSE_KMS' } },
    })
  })
})

describe.each(stageNames)('the schedules of stage %s', (name) => {
  const schedules = loadSchedules('sql').filter((row) =>
    loadTables('sql').some(({ schedule }) => schedule === row.name),
  )

  it.each(schedules)(
    'start the tables of $name at its hour of $timezone, and keep what could not be started',
    (row) => {
      stageOf(name)
        .stack('ColdPath')
        .hasResourceProperties('AWS::Scheduler::Schedule', {
          Name: `lodestream-${name}-${row.name}`,
          ScheduleExpression: row.expression,
          ScheduleExpressionTimezone: row.timezone,
          State: 'ENABLED',
          Target: Match.objectLike({
            Input: JSON.stringify({ schedule: row.name }),
            DeadLetterConfig: { Arn: Match.anyValue() },
          }),
        })
    },
  )

  it('are as many as have tables', () => {
    const refreshes = stageOf(name).stack('ColdPath').findResources('AWS::Scheduler::Schedule')
    expect(Object.keys(refreshes)).toHaveLength(schedules.length)
  })
})

describe('the silver job', () => {
  it('is built anew by nobody but the state machine, on the release that was tried', () => {
    stageOf('prod')
      .stack('ColdPath')
      .hasResourceProperties('AWS::Glue::Job', {
        Name: 'lodestream-prod-silver',
        GlueVersion: '5.1',
        MaxRetries: 0,
        SecurityConfiguration: Match.anyValue(),
        DefaultArguments: Match.objectLike({ '--datalake-formats': 'iceberg' }),
      })
  })
})

describe.each(['staging', 'prod'] as const)('rights to the lake in stage %s', (name) => {
  interface Statement {
    readonly Action: string | readonly string[]
    readonly Resource: unknown
  }
  /** What a role may do to objects, as `action prefix`. */
  const objectRights = (owner: string): readonly string[] =>
    stageOf(name)
      .all('AWS::IAM::Policy')
      .filter(({ id }) => id.startsWith(owner))
      .flatMap(
        ({ Properties }) =>
          (Properties as { PolicyDocument: { Statement: readonly Statement[] } }).PolicyDocument.Statement,
      )
      .flatMap(({ Action, Resource }) =>
        [Action].flat().flatMap((action) =>
          [Resource].flat().flatMap((resource) => {
            const [, prefix] = /(?:lake|scratch)-[^/]*\/([\w./-]*)\*/.exec(JSON.stringify(resource)) ?? []
            return prefix === undefined ? [] : [`${action} ${prefix}`]
          }),
        ),
      )
  const writes = (owner: string) =>
    [...new Set(objectRights(owner).filter((right) => /s3:(Put|Delete)Object /.test(right)))].toSorted()

  it('let landing write what is too large for Firehose, and nothing else', () => {
    expect(writes('LandingRole')).toEqual(['s3:PutObject large/'])
  })

  it('let the planner write leases, records and results, and drop candidates, but write no table', () => {
    expect(writes('PlannerRole')).toEqual([
      's3:DeleteObject candidates/',
      's3:PutObject athena-results/builds/',
      's3:PutObject candidates/',
      's3:PutObject ops/leases/',
      's3:PutObject ops/runs/',
    ])
  })

  it('let the API write its results alone', () => {
    expect(writes('ApiFunctionRole')).toEqual(['s3:PutObject athena-results/serving/'])
  })

  it('let the silver job write candidates alone', () => {
    expect(writes('SilverRole')).toEqual(['s3:DeleteObject candidates/', 's3:PutObject candidates/'])
  })
})
