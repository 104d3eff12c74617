import { Duration, Validations } from 'aws-cdk-lib'
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam'
import { type IStream, Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import type { Consumer, EventLog, EventLogProps, SourceOfMapping, Transport } from './transport.ts'

/** Kinesis streams, each named as its topic: the small stage's transport, one a topic, with a shard for each partition. */
export class KinesisTransport implements Transport {
  private readonly key: IKey | undefined

  /** @param key encrypts the records; without one, the key of Kinesis does */
  constructor(key: IKey | undefined) {
    this.key = key
  }

  open(scope: Construct, { topic, partitions, retention, removalPolicy }: EventLogProps): EventLog {
    const stream = new Stream(scope, 'Stream', {
      streamName: topic,
      shardCount: partitions,
      streamMode: StreamMode.PROVISIONED,
      retentionPeriod: retention,
      removalPolicy,
      ...(this.key
        ? { encryption: StreamEncryption.KMS, encryptionKey: this.key }
        : { encryption: StreamEncryption.MANAGED }),
    })
    Validations.of(stream).acknowledge({
      id: 'AwsSolutions-KDS3',
      reason: 'A key of ours says who may read the records; the key of Kinesis lets in the whole account.',
    })
    return new KinesisEventLog(stream)
  }
}

class KinesisEventLog implements EventLog {
  private readonly stream: IStream

  constructor(stream: IStream) {
    this.stream = stream
  }

  grantProduce(grantee: IGrantable): Grant {
    const grant = Grant.addToPrincipal({
      grantee,
      actions: ['kinesis:ListShards', 'kinesis:PutRecords'],
      resourceArns: [this.stream.streamArn],
    })
    // The CDK's own grant is for whole families of a key's rights; of these a producer needs one.
    const { encryptionKey } = this.stream
    return encryptionKey ? grant.combine(encryptionKey.grant(grantee, 'kms:GenerateDataKey')) : grant
  }

  grantRead(grantee: IGrantable): Grant {
    const grant = Grant.addToPrincipal({
      grantee,
      actions: [
        'kinesis:DescribeStream',
        'kinesis:DescribeStreamSummary',
        'kinesis:GetRecords',
        'kinesis:GetShardIterator',
        'kinesis:ListShards',
      ],
      resourceArns: [this.stream.streamArn],
    })
    return this.stream.encryptionKey ? grant.combine(this.stream.encryptionKey.grantDecrypt(grantee)) : grant
  }

  grantConsume({ grantee }: Consumer): Grant {
    return this.grantRead(grantee)
  }

  sourceFor(): SourceOfMapping {
    return { eventSourceArn: this.stream.streamArn, parallelizationFactor: 1 }
  }

  metricLag({ functionName }: Consumer): IMetric {
    const age = new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'IteratorAge',
      dimensionsMap: { FunctionName: functionName },
      statistic: Stats.MAXIMUM,
      period: Duration.minutes(1),
    })
    return new MathExpression({
      expression: 'age / 1000',
      usingMetrics: { age },
      label: 'Lag, seconds',
      period: Duration.minutes(1),
    })
  }
}
