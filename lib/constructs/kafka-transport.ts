import { Duration, Validations } from 'aws-cdk-lib'
import { type IMetric, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam'
import { CfnTopic } from 'aws-cdk-lib/aws-msk'
import type { Construct } from 'constructs'
import type { KafkaCluster } from './kafka-cluster.ts'
import type { Consumer, EventLog, EventLogProps, SourceOfMapping, Transport } from './transport.ts'

/** Topics of one MSK cluster. */
export class KafkaTransport implements Transport {
  private readonly cluster: KafkaCluster

  constructor(cluster: KafkaCluster) {
    this.cluster = cluster
  }

  open(scope: Construct, { topic, partitions, retention, removalPolicy }: EventLogProps): EventLog {
    const { clusterArn, settings } = this.cluster
    const resource = new CfnTopic(scope, 'Topic', {
      clusterArn,
      topicName: topic,
      partitionCount: partitions,
      replicationFactor: settings.replicationFactor,
      configs: toConfigs({
        'cleanup.policy': 'delete',
        'message.timestamp.type': 'LogAppendTime',
        'min.insync.replicas': String(settings.minInSyncReplicas),
        'retention.ms': String(retention.toMilliseconds()),
        'unclean.leader.election.enable': 'false',
      }),
    })
    resource.applyRemovalPolicy(removalPolicy)
    return new KafkaEventLog(this.cluster, topic, resource.attrTopicArn)
  }
}

/** MSK takes a topic's configuration as JSON of texts, in base64. */
const toConfigs = (configs: Readonly<Record<string, string>>): string =>
  Buffer.from(JSON.stringify(configs)).toString('base64')

class KafkaEventLog implements EventLog {
  private readonly cluster: KafkaCluster
  private readonly topic: string
  private readonly topicArn: string

  constructor(cluster: KafkaCluster, topic: string, topicArn: string) {
    this.cluster = cluster
    this.topic = topic
    this.topicArn = topicArn
  }

  grantProduce(grantee: IGrantable): Grant {
    return this.grant(grantee, ['DescribeTopic', 'WriteData']).combine(
      this.grantOnCluster(grantee, ['kafka-cluster:WriteDataIdempotently']),
    )
  }

  grantRead(grantee: IGrantable): Grant {
    return this.grant(grantee, ['DescribeTopic', 'ReadData'])
  }

  grantConsume({ functionName, grantee, scope }: Consumer): Grant {
    const group = Grant.addToPrincipal({
      grantee,
      actions: ['kafka-cluster:AlterGroup', 'kafka-cluster:DescribeGroup'],
      resourceArns: [this.cluster.arnOfGroup(this.groupOf(functionName))],
    })
    const cluster = this.grantOnCluster(grantee, [
      'kafka:DescribeCluster',
      'kafka:DescribeClusterV2',
      'kafka:GetBootstrapBrokers',
      'kafka-cluster:DescribeClusterDynamicConfiguration',
    ])
    const interfaces = Grant.addToPrincipal({
      grantee,
      actions: [
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ],
      resourceArns: ['*'],
    })
    Validations.of(scope).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: "Lambda's pollers stand in the cluster's VPC, and Lambda checks the rights to their interfaces on *.",
    })
    return this.grantRead(grantee).combine(group).combine(cluster).combine(interfaces)
  }

  sourceFor({ functionName }: Consumer): SourceOfMapping {
    return {
      eventSourceArn: this.cluster.clusterArn,
      topics: [this.topic],
      amazonManagedKafkaEventSourceConfig: { consumerGroupId: this.groupOf(functionName) },
      // Bisecting, partial responses and windows below a second need provisioned pollers; one group shares their price.
      provisionedPollerConfig: {
        minimumPollers: 1,
        maximumPollers: this.cluster.settings.pollers,
        pollerGroupName: this.cluster.clusterName,
      },
      metricsConfig: { metrics: ['EventCount', 'ErrorCount', 'KafkaMetrics'] },
    }
  }

  /** MSK's own estimate, because it is still there when the mapping is not. */
  metricLag({ functionName }: Consumer): IMetric {
    return new Metric({
      namespace: 'AWS/Kafka',
      metricName: 'EstimatedMaxTimeLag',
      dimensionsMap: {
        'Cluster Name': this.cluster.clusterName,
        'Consumer Group': this.groupOf(functionName),
        Topic: this.topic,
      },
      statistic: Stats.MAXIMUM,
      period: Duration.minutes(1),
    })
  }

  private groupOf(functionName: string): string {
    return `${functionName}-${this.topic}`
  }

  private grant(grantee: IGrantable, rights: readonly string[]): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: rights.map((right) => `kafka-cluster:${right}`),
      resourceArns: [this.topicArn],
    }).combine(this.grantOnCluster(grantee, ['kafka-cluster:Connect']))
  }

  private grantOnCluster(grantee: IGrantable, actions: string[]): Grant {
    return Grant.addToPrincipal({ grantee, actions, resourceArns: [this.cluster.clusterArn] })
  }
}
