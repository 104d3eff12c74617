import { Duration, Stack } from 'aws-cdk-lib'
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Grant, type IGrantable, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { LogStream } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { prefixes } from '#domain/lake/names.ts'
import type { StageConfig } from '../stage.ts'
import type { AlarmSpec, Watched } from './alarm-spec.ts'
import type { DataBucket } from './data-bucket.ts'
import type { ExternalTable } from './external-table.ts'
import { StageLogGroup } from './stage-log-group.ts'
import type { Grantee } from './wide-rights.ts'

export interface ParquetDeliveryProps {
  readonly stage: StageConfig
  /** What is delivered; the stream is named `lodestream-<stage>-<name>`. */
  readonly name: string
  /** Whose columns the files get; its partitions are taken out of each record. */
  readonly table: ExternalTable
  readonly bucket: DataBucket
  /** Where in the bucket the table stands; ends in a slash. */
  readonly prefix: string
  /** Lets the stream's role see the table. */
  readonly grantTable: (grantee: Grantee) => Grant
  readonly key?: IKey | undefined
  /** What a user loses while it fails: one sentence, which opens the alarms' text. */
  readonly impact: string
}

/** Firehose: JSON records become Parquet files by a table's schema, in the folders of its partitions. */
export class ParquetDelivery extends Construct implements Watched {
  readonly streamName: string
  readonly alarms: readonly AlarmSpec[]
  private readonly stream: CfnDeliveryStream

  constructor(scope: Construct, id: string, props: ParquetDeliveryProps) {
    super(scope, id)
    const { stage, name, table, bucket, prefix, key } = props
    this.streamName = `lodestream-${stage.name}-${name}`
    const logGroup = new StageLogGroup(this, 'Logs', { stage, name: `/aws/kinesisfirehose/${this.streamName}`, key })
    const logStream = new LogStream(this, 'LogStream', { logGroup, logStreamName: 'S3Delivery' })
    const writer = new DeliveryRole(this, 'Writer')
    const rights = [
      bucket.grantObjects(writer, ['read', 'write'], [prefix, `${prefixes.errors}${name}/`]),
      props.grantTable(writer),
      Grant.addToPrincipal({
        grantee: writer,
        actions: ['glue:GetTableVersion', 'glue:GetTableVersions'],
        resourceArns: arnsOf(this, table),
      }),
      logGroup.grantWrite(writer),
    ]
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      deliveryStreamName: this.streamName,
      deliveryStreamType: 'DirectPut',
      deliveryStreamEncryptionConfigurationInput: key
        ? { keyType: 'CUSTOMER_MANAGED_CMK', keyArn: key.keyArn }
        : { keyType: 'AWS_OWNED_CMK' },
      extendedS3DestinationConfiguration: {
        bucketArn: bucket.arn,
        roleArn: writer.roleArn,
        prefix: `${prefix}${table.partitions.map((by) => `${by}=!{partitionKeyFromQuery:${by}}/`).join('')}`,
        errorOutputPrefix: `${prefixes.errors}${name}/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/`,
        bufferingHints: {
          sizeInMBs: stage.lake.buffers.megabytes,
          intervalInSeconds: stage.lake.buffers.seconds,
        },
        // Parquet compresses its own pages.
        compressionFormat: 'UNCOMPRESSED',
        dynamicPartitioningConfiguration: { enabled: true },
        processingConfiguration: { enabled: true, processors: [deaggregate, partitionBy(table.partitions)] },
        dataFormatConversionConfiguration: {
          enabled: true,
          inputFormatConfiguration: { deserializer: { openXJsonSerDe: {} } },
          outputFormatConfiguration: { serializer: { parquetSerDe: { compression: 'SNAPPY' } } },
          schemaConfiguration: {
            catalogId: Stack.of(this).account,
            databaseName: table.databaseName,
            tableName: table.tableName,
            region: Stack.of(this).region,
            roleArn: writer.roleArn,
            versionId: 'LATEST',
          },
        },
        cloudWatchLoggingOptions: {
          enabled: true,
          logGroupName: logGroup.logGroupName,
          logStreamName: logStream.logStreamName,
        },
        ...(key && { encryptionConfiguration: { kmsEncryptionConfig: { awskmsKeyArn: key.keyArn } } }),
      },
    })
    // Firehose tries its rights when the stream is made.
    for (const right of rights) right.applyBefore(this.stream)
    this.alarms = this.deliveryAlarms(stage, name, props.impact)
  }

  /** Lets somebody put records in. */
  grantPut(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['firehose:PutRecordBatch'],
      resourceArns: [
        Stack.of(this).formatArn({ service: 'firehose', resource: 'deliverystream', resourceName: this.streamName }),
      ],
    })
  }

  private deliveryAlarms({ lake }: StageConfig, name: string, impact: string): readonly AlarmSpec[] {
    const of = (metricName: string, statistic: string) =>
      new Metric({
        namespace: 'AWS/Firehose',
        metricName,
        dimensionsMap: { DeliveryStreamName: this.streamName },
        statistic,
        period: Duration.minutes(5),
      })
    const runbook = 'firehose-failing'
    return [
      {
        name: `firehose-${name}-stale`,
        metric: of('DeliveryToS3.DataFreshness', Stats.MAXIMUM),
        // The oldest record waits for a whole buffer as a matter of course.
        threshold: 2 * lake.buffers.seconds,
        periods: 2,
        impact,
        runbook,
      },
      {
        name: `firehose-${name}-conversion`,
        metric: of('FailedConversion.Records', Stats.SUM),
        threshold: 1,
        impact,
        runbook,
      },
      {
        name: `firehose-${name}-throttled`,
        metric: of('ThrottledRecords', Stats.SUM),
        threshold: 1,
        periods: 3,
        impact,
        runbook,
      },
    ]
  }
}

/** Packed events: several JSON objects in one record. */
const deaggregate = {
  type: 'RecordDeAggregation',
  parameters: [{ parameterName: 'SubRecordType', parameterValue: 'JSON' }],
}

const partitionBy = (partitions: readonly string[]) => ({
  type: 'MetadataExtraction',
  parameters: [
    { parameterName: 'JsonParsingEngine', parameterValue: 'JQ-1.6' },
    {
      parameterName: 'MetadataExtractionQuery',
      parameterValue: `{${partitions.map((by) => `${by}:.${by}`).join(',')}}`,
    },
  ],
})

/** Glue's rights to a table are asked for on its catalogue and database, too. */
const arnsOf = (scope: Construct, { databaseName, tableName }: ExternalTable): string[] => {
  const arn = (resource: string) =>
    `arn:${Stack.of(scope).partition}:glue:${Stack.of(scope).region}:${Stack.of(scope).account}:${resource}`
  return [arn('catalog'), arn(`database/${databaseName}`), arn(`table/${databaseName}/${tableName}`)]
}

class DeliveryRole extends Role {
  constructor(scope: Construct, id: string) {
    super(scope, id, { assumedBy: new ServicePrincipal('firehose.amazonaws.com') })
  }
}
