import { Duration, Validations } from 'aws-cdk-lib'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources'
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'
import type { AlarmSpec, Watched } from './alarm-spec.ts'
import type { AlarmedFunction } from './alarmed-function.ts'
import { asQueue } from './seen-as.ts'

export interface IngestQueueProps {
  readonly stage: StageConfig
  /** @default SQS's own key */
  readonly key?: IKey | undefined
  /** How long whoever reads it may work on a delivery. */
  readonly readerTimeout: Duration
}

/**
 * How often a message is delivered before it is put aside. Deliveries are six timeouts of the reader apart: at half a
 * minute each these are eight hours in which the log may be away, and nothing has to be moved back by hand.
 */
const DELIVERIES = 160

/** The longest that SQS keeps anything; a dead letter's time counts from when it was first sent. */
const RETENTION = Duration.days(14)

/** Where every feed hands over what it heard, and from where the publisher takes it to the log. */
export class IngestQueue extends Construct implements Watched {
  readonly queue: IQueue
  readonly alarms: readonly AlarmSpec[]
  private readonly key: IKey | undefined

  constructor(scope: Construct, id: string, { stage, key, readerTimeout }: IngestQueueProps) {
    super(scope, id)
    this.key = key
    const settings = {
      retentionPeriod: RETENTION,
      enforceSSL: true,
      ...(key
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey: key, dataKeyReuse: Duration.hours(1) }
        : { encryption: QueueEncryption.SQS_MANAGED }),
    }
    const deadLetters = new Queue(this, 'DeadLetters', {
      queueName: `lodestream-${stage.name}-ingest-dead-letters`,
      ...settings,
    })
    Validations.of(deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself, and people read it.',
    })
    const queue = new Queue(this, 'Queue', {
      queueName: `lodestream-${stage.name}-ingest`,
      ...settings,
      // What Lambda asks for: room for its own tries within one delivery.
      visibilityTimeout: Duration.seconds(6 * readerTimeout.toSeconds()),
      deadLetterQueue: { queue: asQueue(deadLetters), maxReceiveCount: DELIVERIES },
    })
    this.queue = asQueue(queue)
    this.alarms = [
      {
        name: 'ingest-queue-behind',
        metric: queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: Stats.MAXIMUM }),
        // One failed delivery, which comes again in three minutes, is no backlog.
        threshold: Duration.minutes(10).toSeconds(),
        periods: 3,
        impact: 'What feeds and products send reaches nobody: prices stand still, and events wait in the queue.',
        runbook: 'ingest-queue-behind',
      },
      {
        name: 'ingest-dead-letters',
        metric: deadLetters.metricApproximateNumberOfMessagesVisible({
          period: Duration.minutes(5),
          statistic: Stats.MAXIMUM,
        }),
        threshold: 1,
        impact: 'Events that were accepted are missing everywhere, and are lost two weeks after they were sent.',
        runbook: 'ingest-dead-letters',
      },
    ]
  }

  get url(): string {
    return this.queue.queueUrl
  }

  /** Lets a feed hand over. */
  grantSend(grantee: IGrantable): Grant {
    const grant = Grant.addToPrincipal({
      grantee,
      actions: ['sqs:SendMessage'],
      resourceArns: [this.queue.queueArn],
    })
    // SQS asks for a new data key, and reads the one that it still has.
    return this.key ? grant.combine(this.key.grant(grantee, 'kms:Decrypt', 'kms:GenerateDataKey')) : grant
  }

  /** Delivers to a function as soon as there is anything; only the messages that it names come again. */
  addReader(reader: AlarmedFunction, most: number): void {
    reader.fn.addEventSource(
      new SqsEventSource(this.queue, { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: most }),
    )
  }
}
