import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch'
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam'
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda'
import { Construct } from 'constructs'
import type { EventDefinition } from '#domain/events/define-event.ts'
import type { Runbook } from './alarm-spec.ts'
import type { AlarmedFunction } from './alarmed-function.ts'
import type { Consumer, EventLog, Transport } from './transport.ts'

export interface EventTopicProps {
  /** The contracts that travel on it; its name comes from them. */
  readonly events: readonly EventDefinition[]
  /** MSK or Kinesis, as the stage chose. */
  readonly transport: Transport
  /** Upper bound of parallel consumers. @default 4 */
  readonly partitions?: number
  /** How long a consumer may be down without loss. @default Duration.days(7) */
  readonly retention?: Duration
  /** @default RemovalPolicy.RETAIN */
  readonly removalPolicy?: RemovalPolicy
}

export interface ConsumerOptions {
  /** What a user loses while the consumer is behind: one sentence, which opens the alarm's text. */
  readonly impact: string
  /** What to do about it. */
  readonly runbook: Runbook
  /** Most records an invocation. @default 1000 */
  readonly batchSize?: number
  /**
   * Longest wait for a batch to fill, whole seconds: latency's floor.
   * @default Duration.seconds(0): whatever is there goes at once
   */
  readonly batchWindow?: Duration
  /** How far behind it may be before somebody is told. @default Duration.seconds(30) */
  readonly toleratedLag?: Duration
}

/** An ordered, durable log of events: a Kafka topic or a Kinesis stream, alike to whoever uses it. */
export class EventTopic extends Construct {
  readonly topicName: string
  readonly partitions: number
  private readonly log: EventLog

  constructor(scope: Construct, id: string, props: EventTopicProps) {
    super(scope, id)
    const [first, ...others] = props.events
    if (first === undefined) throw new Error(`Topic ${id} carries no event: it takes its name from one.`)
    const stray = others.find(({ topic }) => topic !== first.topic)
    if (stray) throw new Error(`${stray.name} travels on ${stray.topic}, not on ${first.topic} with ${first.name}.`)
    this.topicName = first.topic
    this.partitions = props.partitions ?? 4
    this.log = props.transport.open(this, {
      topic: this.topicName,
      partitions: this.partitions,
      retention: props.retention ?? Duration.days(7),
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    })
  }

  /** Lets a producer append, to this topic only. */
  grantProduce(grantee: IGrantable): Grant {
    return this.log.grantProduce(grantee)
  }

  /** Lets a reader read the topic from any offset. */
  grantRead(grantee: IGrantable): Grant {
    return this.log.grantRead(grantee)
  }

  /**
   * Invokes a function with batches in order, one at a time per partition. A failed record stops its partition, not the
   * others, and is tried until it succeeds: there is no on-failure destination, with which AWS would give up after ten.
   */
  addConsumer(consumer: AlarmedFunction, options: ConsumerOptions): void {
    const as = consumerOf(consumer)
    const mapping = new CfnEventSourceMapping(consumer, `From-${this.topicName}`, {
      functionName: consumer.fn.functionName,
      batchSize: options.batchSize ?? 1000,
      maximumBatchingWindowInSeconds: (options.batchWindow ?? Duration.seconds(0)).toSeconds(),
      startingPosition: 'TRIM_HORIZON',
      functionResponseTypes: ['ReportBatchItemFailures'],
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: -1,
      ...this.log.sourceFor(as),
    })
    // Creating the mapping tries the rights out.
    this.log.grantConsume(as).applyBefore(mapping)
    consumer.addAlarm({
      name: `${consumer.name}-lag-${this.topicName}`,
      metric: this.metricLag(consumer),
      threshold: (options.toleratedLag ?? Duration.seconds(30)).toSeconds(),
      periods: 3,
      impact: options.impact,
      runbook: options.runbook,
    })
  }

  /** How far `consumer` is behind the newest record, seconds. */
  metricLag(consumer: AlarmedFunction): IMetric {
    return this.log.metricLag(consumerOf(consumer))
  }
}

const consumerOf = (fn: AlarmedFunction): Consumer => ({
  functionName: fn.functionName,
  grantee: fn,
  scope: fn,
})
