import { Connections, type IPeer, type ISecurityGroup } from 'aws-cdk-lib/aws-ec2'

/**
 * Whoever is in the group, as a peer of an ingress rule. The rule stands inside its own security group instead of being
 * a resource beside it, so a group's whole admission is read in one place (and LocalStack has no such resource).
 */
export function membersOf(group: ISecurityGroup): IPeer {
  return {
    canInlineRule: true,
    uniqueId: group.securityGroupId,
    connections: new Connections(),
    toIngressRuleConfig: () => ({ sourceSecurityGroupId: group.securityGroupId }),
    toEgressRuleConfig: () => ({ destinationSecurityGroupId: group.securityGroupId }),
  }
}
