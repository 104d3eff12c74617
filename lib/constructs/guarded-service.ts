import { type ISecurityGroup, type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2'
import { Construct } from 'constructs'
import { membersOf } from './members-of.ts'

export interface GuardedServiceProps {
  readonly vpc: IVpc
  /** What is guarded, in the rules' words: `the hot cache`. */
  readonly name: string
  /** TCP ports that clients may reach. */
  readonly ports: readonly number[]
}

/** Two security groups: one around a service in the VPC, and one whose members, and nobody else, may reach it. */
export class GuardedService extends Construct {
  /** Around the service. It admits the clients and begins no connection. */
  readonly service: ISecurityGroup
  /** What a client belongs to. It lets out only to the service's ports in the VPC. */
  readonly clients: ISecurityGroup

  constructor(scope: Construct, id: string, { vpc, name, ports }: GuardedServiceProps) {
    super(scope, id)
    const clients = new SecurityGroup(this, 'Clients', {
      vpc,
      description: `Clients of ${name}`,
      allowAllOutbound: false,
    })
    const service = new SecurityGroup(this, 'Service', { vpc, description: `Around ${name}`, allowAllOutbound: false })
    for (const port of ports) {
      // A rule that named the service's group would make the two groups depend on each other.
      clients.addEgressRule(Peer.ipv4(vpc.vpcCidrBlock), Port.tcp(port), `To ${name}`)
      service.addIngressRule(membersOf(clients), Port.tcp(port), `From clients of ${name}`)
    }
    this.clients = clients
    this.service = service
  }
}
