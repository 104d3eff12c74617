import { CfnOutput, Duration } from 'aws-cdk-lib'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import type { AlarmSpec, Watched } from '../constructs/alarm-spec.ts'
import { AlarmedFunction } from '../constructs/alarmed-function.ts'
import { customerKey } from '../constructs/customer-key.ts'
import { IngestQueue } from '../constructs/ingest-queue.ts'
import type { StageConfig } from '../stage.ts'
import type { NetworkStack } from './network-stack.ts'
import { PlatformStack } from './platform-stack.ts'
import type { StreamsStack } from './streams-stack.ts'

export interface FeedsStackProps {
  readonly stage: StageConfig
  readonly network: NetworkStack
  readonly streams: StreamsStack
}

/**
 * From the outside to the topics. Whoever reaches the internet stands outside the VPC and hands over through the queue;
 * the publisher alone stands where the log is, and Lambda's own pollers bring the queue to it.
 */
export class FeedsStack extends PlatformStack implements Watched {
  readonly queue: IngestQueue
  readonly alarms: AlarmSpec[] = []
  private readonly stage: StageConfig
  private readonly key: IKey | undefined

  constructor(scope: Construct, id: string, props: FeedsStackProps) {
    super(scope, id, { stage: props.stage, description: 'what brings events in' })
    this.stage = props.stage
    this.key = customerKey(this, { stage: this.stage, purpose: 'feeds' })
    const publisherTimeout = Duration.seconds(30)
    this.queue = new IngestQueue(this, 'Ingest', { stage: this.stage, key: this.key, readerTimeout: publisherTimeout })
    this.alarms.push(...this.queue.alarms)
    this.addPublisher(props, publisherTimeout)
    new CfnOutput(this, 'IngestQueueUrl', { value: this.queue.url })
  }

  private addPublisher({ network, streams }: FeedsStackProps, timeout: Duration): void {
    const { kafka } = streams
    const publisher = new AlarmedFunction(this, 'Publisher', {
      stage: this.stage,
      key: this.key,
      name: 'publisher',
      description: 'Appends what the feeds hand over to the topics.',
      impact: 'What feeds and products send does not reach the topics, and waits in the queue.',
      runbook: 'publisher-failing',
      timeout,
      ...(kafka && { network: { vpc: network.vpc, securityGroups: [kafka.clients] } }),
      environment: kafka
        ? {
            TRANSPORT: 'kafka',
            KAFKA_BOOTSTRAP: kafka.bootstrapBrokers,
            KAFKA_IAM: String(kafka.settings.clients === 'iam'),
          }
        : { TRANSPORT: 'kinesis' },
    })
    for (const topic of streams.topics) topic.grantProduce(publisher)
    this.queue.addReader(publisher, this.stage.feeds.publishers)
    this.alarms.push(...publisher.alarms)
  }
}
