import { Fn, Validations } from 'aws-cdk-lib'
import {
  FlowLogDestination,
  FlowLogTrafficType,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type ISecurityGroup,
  type IVpc,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2'
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { customerKey } from '../constructs/customer-key.ts'
import { GuardedService } from '../constructs/guarded-service.ts'
import { asVpc } from '../constructs/seen-as.ts'
import { StageLogGroup } from '../constructs/stage-log-group.ts'
import type { StageConfig } from '../stage.ts'
import { PlatformStack } from './platform-stack.ts'

export interface NetworkStackProps {
  readonly stage: StageConfig
}

/**
 * A VPC that nothing can leave: isolated subnets, no internet gateway, no NAT, and endpoints: Athena's, because the API
 * asks the lake, Glue's, because whoever reads the topics asks for schemas, and Kinesis's where live values are rebuilt
 * from it. Nothing else in it calls an AWS service: tokens for MSK and ElastiCache are signed where they are used, logs and traces are taken out by Lambda itself,
 * and Lambda's provisioned pollers bring a network of their own.
 */
export class NetworkStack extends PlatformStack {
  readonly vpc: IVpc
  /** What a function belongs to that asks Athena. */
  readonly athenaClients: ISecurityGroup
  /** What a function belongs to that asks for the schemas of events. */
  readonly schemaReaders: ISecurityGroup
  /** What a function belongs to that reads Kinesis itself; undefined where the topics are on Kafka. */
  readonly streamReaders: ISecurityGroup | undefined
  private readonly zones: number

  constructor(scope: Construct, id: string, { stage }: NetworkStackProps) {
    super(scope, id, { stage, description: 'a VPC without a way out', kept: true })
    this.zones = stage.network.zones
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(stage.network.cidr),
      maxAzs: this.zones,
      natGateways: 0,
      createInternetGateway: false,
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 }],
    })
    this.vpc = asVpc(vpc)
    // Athena reads tables and results by itself, so its callers need no way to S3, nor to the catalogue.
    this.athenaClients = this.addEndpoint(vpc, 'Athena', InterfaceVpcEndpointAwsService.ATHENA, [
      'athena:GetQueryExecution',
      'athena:GetQueryResults',
      'athena:StartQueryExecution',
      'athena:StopQueryExecution',
    ])
    this.schemaReaders = this.addEndpoint(vpc, 'Glue', InterfaceVpcEndpointAwsService.GLUE, ['glue:GetSchemaVersion'])
    this.streamReaders =
      stage.transport.kind === 'kinesis'
        ? this.addEndpoint(vpc, 'Kinesis', InterfaceVpcEndpointAwsService.KINESIS_STREAMS, [
            'kinesis:DescribeStreamSummary',
            'kinesis:GetRecords',
            'kinesis:GetShardIterator',
            'kinesis:ListShards',
          ])
        : undefined
    if (stage.network.flowLogs) {
      const key = customerKey(this, { stage, purpose: 'network' })
      vpc.addFlowLog('FlowLog', {
        trafficType: FlowLogTrafficType.ALL,
        destination: FlowLogDestination.toCloudWatchLogs(
          new StageLogGroup(this, 'FlowLogs', { stage, name: `/lodestream/${stage.name}/flow`, key }),
        ),
      })
    } else {
      Validations.of(vpc).acknowledge({
        id: 'AwsSolutions-VPC7',
        reason: 'Nothing flows in a VPC that only LocalStack remembers.',
      })
    }
  }

  /** A way to those actions of one service, for principals of this account. @returns what its callers belong to */
  private addEndpoint(
    vpc: Vpc,
    name: string,
    service: InterfaceVpcEndpointAwsService,
    actions: string[],
  ): ISecurityGroup {
    const guard = new GuardedService(this, name, { vpc: this.vpc, name, ports: [443] })
    const endpoint = vpc.addInterfaceEndpoint(`${name}Endpoint`, {
      service,
      subnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      securityGroups: [guard.service],
      open: false,
    })
    endpoint.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions,
        resources: ['*'],
        conditions: { StringEquals: { 'aws:PrincipalAccount': this.account } },
      }),
    )
    return guard.clients
  }

  /** The first zones of the region, by position: three even where the account is not known at synthesis. */
  override get availabilityZones(): string[] {
    return Array.from({ length: this.zones }, (_, index) => Fn.select(index, Fn.getAzs()))
  }
}
