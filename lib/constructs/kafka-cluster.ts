import { hash } from 'node:crypto'
import { Duration, Fn, type RemovalPolicy, Stack, Validations } from 'aws-cdk-lib'
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { type ISecurityGroup, type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { CfnCluster, CfnConfiguration } from 'aws-cdk-lib/aws-msk'
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources'
import { Construct } from 'constructs'
import type { KafkaSettings, StageConfig } from '../stage.ts'
import type { AlarmSpec, Watched } from './alarm-spec.ts'
import { GuardedService } from './guarded-service.ts'
import { StageLogGroup } from './stage-log-group.ts'

export interface KafkaClusterProps {
  readonly stage: StageConfig
  readonly settings: KafkaSettings
  readonly vpc: IVpc
  /** Encrypts records and logs. @default the keys of MSK and CloudWatch Logs */
  readonly key?: IKey | undefined
  /** Where its clients find it. @default asked of the cluster itself once it stands */
  readonly bootstrapBrokers?: string | undefined
  readonly removalPolicy: RemovalPolicy
}

/** MSK's port for IAM over TLS inside the VPC. */
const IAM_PORT = 9098

/** Kafka, brokers and all: provisioned MSK that speaks IAM over TLS and nothing else. */
export class KafkaCluster extends Construct implements Watched {
  readonly clusterArn: string
  readonly clusterName: string
  readonly bootstrapBrokers: string
  readonly settings: KafkaSettings
  /** What a function belongs to that connects by itself; Lambda's pollers need no such thing. */
  readonly clients: ISecurityGroup
  readonly alarms: readonly AlarmSpec[]
  private readonly groups: string

  constructor(scope: Construct, id: string, props: KafkaClusterProps) {
    super(scope, id)
    const { stage, settings, vpc, key } = props
    this.settings = settings
    this.clusterName = `lodestream-${stage.name}`
    const guard = new GuardedService(this, 'Access', { vpc, name: 'Kafka', ports: [IAM_PORT] })
    this.clients = guard.clients
    const properties = serverProperties(settings)
    const configuration = new CfnConfiguration(this, 'Configuration', {
      // Named after what it says: a change is another configuration, and so reaches the cluster, in its first revision.
      name: `lodestream-${stage.name}-${hash('sha256', properties).slice(0, 8)}`,
      description: 'Nothing acknowledged is lost, and every record has the time at which the broker took it.',
      serverProperties: properties,
    })
    const logGroup = new StageLogGroup(this, 'Logs', { stage, name: `/lodestream/${stage.name}/kafka`, key })
    const cluster = new CfnCluster(this, 'Cluster', {
      clusterName: this.clusterName,
      // KRaft, and the version that runs locally.
      kafkaVersion: '4.1.x.kraft',
      numberOfBrokerNodes: settings.brokers,
      brokerNodeGroupInfo: {
        instanceType: settings.brokerType,
        clientSubnets: vpc.selectSubnets({ subnetType: SubnetType.PRIVATE_ISOLATED }).subnetIds,
        // Lambda gives its pollers the groups of the cluster, so the cluster is among its own clients.
        securityGroups: [guard.service.securityGroupId, guard.clients.securityGroupId],
        storageInfo: { ebsStorageInfo: { volumeSize: settings.volume } },
      },
      configurationInfo: { arn: configuration.attrArn, revision: 1 },
      clientAuthentication: { sasl: { iam: { enabled: true } }, unauthenticated: { enabled: false } },
      encryptionInfo: {
        encryptionInTransit: { clientBroker: 'TLS', inCluster: true },
        ...(key && { encryptionAtRest: { dataVolumeKmsKeyId: key.keyArn } }),
      },
      enhancedMonitoring: 'DEFAULT',
      loggingInfo: { brokerLogs: { cloudWatchLogs: { enabled: true, logGroup: logGroup.logGroupName } } },
    })
    cluster.applyRemovalPolicy(props.removalPolicy)
    this.clusterArn = cluster.attrArn
    // A group is named …:group/<cluster>/<id of the cluster>/<group>, and only the cluster's ARN knows the id. It is
    // taken apart here and exported, because LocalStack does not take apart what a stack imports.
    const [head, tail] = [0, 1].map((part) => Fn.select(part, Fn.split(':cluster/', cluster.attrArn)))
    this.groups = Stack.of(this).exportValue(Fn.join(':group/', [head ?? '', tail ?? '']), {
      name: `lodestream-${stage.name}-kafka-groups`,
    })
    this.bootstrapBrokers = props.bootstrapBrokers ?? this.askBrokers(stage, key)
    this.alarms = this.brokerAlarms()
  }

  /** The ARN of a consumer group, for a policy of another stack. */
  arnOfGroup(name: string): string {
    return `${this.groups}/${name}`
  }

  /** CloudFormation does not know where the brokers are; the MSK API does. */
  private askBrokers(stage: StageConfig, key: IKey | undefined): string {
    const call = {
      service: 'Kafka',
      action: 'GetBootstrapBrokers',
      parameters: { ClusterArn: this.clusterArn },
      physicalResourceId: PhysicalResourceId.of(`${this.clusterName}-bootstrap-brokers`),
      outputPaths: ['BootstrapBrokerStringSaslIam'],
    }
    const answer = new AwsCustomResource(this, 'BootstrapBrokers', {
      onUpdate: call,
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement({ actions: ['kafka:GetBootstrapBrokers'], resources: [this.clusterArn] }),
      ]),
      logGroup: new StageLogGroup(this, 'QuestionLogs', {
        stage,
        name: `/lodestream/${stage.name}/kafka-brokers`,
        key,
      }),
      timeout: Duration.minutes(1),
    })
    Validations.of(Stack.of(this)).acknowledge(
      {
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
        reason: "The CDK's own function that asks once a deployment where the brokers are; it offers no other role.",
      },
      {
        id: 'AwsSolutions-L1',
        reason: "The runtime of the CDK's own function that asks where the brokers are comes with the CDK's version.",
      },
    )
    return answer.getResponseField('BootstrapBrokerStringSaslIam')
  }

  private brokerAlarms(): readonly AlarmSpec[] {
    const of = (metricName: string, dimensions: Record<string, string> = {}) =>
      new Metric({
        namespace: 'AWS/Kafka',
        metricName,
        dimensionsMap: { 'Cluster Name': this.clusterName, ...dimensions },
        statistic: Stats.MAXIMUM,
        period: Duration.minutes(1),
      })
    const disks = Array.from({ length: this.settings.brokers }, (_, index) => ({
      name: `kafka-disk-${index + 1}`,
      metric: of('KafkaDataLogsDiskUsed', { 'Broker ID': String(index + 1) }),
      threshold: 75,
      periods: 5,
      impact: 'When the disk is full, no event of any kind is accepted, and feeds lose what they cannot hold back.',
      runbook: 'kafka-brokers' as const,
    }))
    const offline = {
      name: 'kafka-offline-partitions',
      metric: of('OfflinePartitionsCount'),
      threshold: 1,
      periods: 2,
      impact: 'Events of some symbols or accounts are neither accepted nor shown.',
      runbook: 'kafka-brokers' as const,
    }
    return [offline, ...disks]
  }
}

const serverProperties = ({ replicationFactor, minInSyncReplicas }: KafkaSettings): string =>
  [
    'auto.create.topics.enable=false',
    `default.replication.factor=${replicationFactor}`,
    `min.insync.replicas=${minInSyncReplicas}`,
    'unclean.leader.election.enable=false',
    'log.retention.hours=168',
    'log.message.timestamp.type=LogAppendTime',
  ].join('\n')
