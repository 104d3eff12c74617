import { CfnOutput } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { EventDefinition } from '#domain/events/define-event.ts'
import type { AlarmSpec, Watched } from '../constructs/alarm-spec.ts'
import { customerKey } from '../constructs/customer-key.ts'
import { EventTopic } from '../constructs/event-topic.ts'
import { KafkaCluster } from '../constructs/kafka-cluster.ts'
import { KafkaTransport } from '../constructs/kafka-transport.ts'
import { KinesisTransport } from '../constructs/kinesis-transport.ts'
import { SchemaRegistry } from '../constructs/schema-registry.ts'
import type { StageConfig } from '../stage.ts'
import type { NetworkStack } from './network-stack.ts'
import { PlatformStack } from './platform-stack.ts'

export interface StreamsStackProps {
  readonly stage: StageConfig
  readonly network: NetworkStack
  readonly events: readonly EventDefinition[]
  /** @default asked of the cluster */
  readonly bootstrapBrokers?: string | undefined
}

/** The log of everything that happened: a topic for each that the contracts name, and the schemas that its records name. */
export class StreamsStack extends PlatformStack implements Watched {
  readonly topics: readonly EventTopic[]
  /** The cluster that holds them; undefined where they are Kinesis streams. */
  readonly kafka: KafkaCluster | undefined
  readonly schemas: SchemaRegistry
  readonly alarms: readonly AlarmSpec[]

  constructor(scope: Construct, id: string, { stage, network, events, bootstrapBrokers }: StreamsStackProps) {
    super(scope, id, { stage, description: 'the topics', kept: true })
    const key = customerKey(this, { stage, purpose: 'streams', keepsData: true })
    const removalPolicy = stage.dataRemovalPolicy
    const settings = stage.transport
    this.kafka =
      settings.kind === 'kafka'
        ? new KafkaCluster(this, 'Kafka', { stage, settings, vpc: network.vpc, key, bootstrapBrokers, removalPolicy })
        : undefined
    const transport = this.kafka ? new KafkaTransport(this.kafka) : new KinesisTransport(key)
    this.topics = [...Map.groupBy(events, ({ topic }) => topic)].map(
      ([name, ofTopic]) =>
        new EventTopic(this, name, { events: ofTopic, transport, partitions: stage.partitions, removalPolicy }),
    )
    this.schemas = new SchemaRegistry(this, 'Schemas', { stage, events, removalPolicy })
    this.alarms = this.kafka?.alarms ?? []
    if (this.kafka) {
      new CfnOutput(this, 'ClusterArn', { value: this.kafka.clusterArn })
      new CfnOutput(this, 'BootstrapBrokers', { value: this.kafka.bootstrapBrokers })
    }
  }

  /** Where the topics are, as a function's environment tells it. */
  get logEnvironment(): Readonly<Record<string, string>> {
    if (this.kafka === undefined) return { TRANSPORT: 'kinesis' }
    const { bootstrapBrokers, settings } = this.kafka
    return {
      TRANSPORT: 'kafka',
      KAFKA_BOOTSTRAP: bootstrapBrokers,
      KAFKA_IAM: String(settings.clients === 'iam'),
    }
  }

  /** Partitions by topic, as functions read them from TOPICS. */
  get partitionsByTopic(): string {
    return JSON.stringify(Object.fromEntries(this.topics.map(({ topicName, partitions }) => [topicName, partitions])))
  }
}
