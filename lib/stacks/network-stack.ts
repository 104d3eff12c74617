import { Fn, Validations } from 'aws-cdk-lib'
import { FlowLogDestination, FlowLogTrafficType, IpAddresses, type IVpc, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2'
import type { Construct } from 'constructs'
import { customerKey } from '../constructs/customer-key.ts'
import { asVpc } from '../constructs/seen-as.ts'
import { StageLogGroup } from '../constructs/stage-log-group.ts'
import type { StageConfig } from '../stage.ts'
import { PlatformStack } from './platform-stack.ts'

export interface NetworkStackProps {
  readonly stage: StageConfig
}

/**
 * A VPC that nothing can leave: isolated subnets, no internet gateway, no NAT, and no endpoints either. What stands in
 * it calls no AWS service: tokens for MSK and ElastiCache are signed where they are used, logs and traces are taken out
 * by Lambda itself, and Lambda's provisioned pollers bring a network of their own.
 */
export class NetworkStack extends PlatformStack {
  readonly vpc: IVpc
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

  /** The first zones of the region, by position: three even where the account is not known at synthesis. */
  override get availabilityZones(): string[] {
    return Array.from({ length: this.zones }, (_, index) => Fn.select(index, Fn.getAzs()))
  }
}
