import type { Duration, RemovalPolicy } from 'aws-cdk-lib'
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch'
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam'
import type { CfnEventSourceMappingProps } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'

export interface EventLogProps {
  readonly topic: string
  readonly partitions: number
  readonly retention: Duration
  readonly removalPolicy: RemovalPolicy
}

/** Who reads a log, as the transport has to know it. */
export interface Consumer {
  /** The name of the function: its consumer group is `<function>-<topic>`. */
  readonly functionName: string
  readonly grantee: IGrantable
  /** Where its role stands: reasons for wide rights are given there. */
  readonly scope: Construct
}

/** The part of an event source mapping that differs from one transport to the other. */
export type SourceOfMapping = Omit<CfnEventSourceMappingProps, 'functionName'>

/** One topic's log, on whatever it stands. */
export interface EventLog {
  /** Lets a producer append, to this log only. */
  grantProduce(grantee: IGrantable): Grant
  /** Lets a reader read any part of this log at any time, without being a consumer of it. */
  grantRead(grantee: IGrantable): Grant
  /** Lets Lambda's pollers read this log for a consumer, under the consumer's own role. */
  grantConsume(consumer: Consumer): Grant
  sourceFor(consumer: Consumer): SourceOfMapping
  /** How far a consumer is behind, seconds. */
  metricLag(consumer: Consumer): IMetric
}

/** MSK or Kinesis: what makes logs. */
export interface Transport {
  open(scope: Construct, props: EventLogProps): EventLog
}
