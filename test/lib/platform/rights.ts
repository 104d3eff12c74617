import { describe, expect, it } from 'vitest'
import { stageNames } from '#lib/stage.ts'
import { type Resource, stageOf } from './synthesised.ts'

interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: unknown
}

/** Actions that AWS grants on every resource or on none, and who needs them. */
const UNNAMED = [
  // Lambda, for a function in the VPC and for the pollers of its topics.
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
  'ec2:UnassignPrivateIpAddresses',
  // Whoever reads a schema by the id of its version, which names no registry.
  'glue:GetSchemaVersion',
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
  // Step Functions, for the delivery of its logs.
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
  // The CDK's own function that publishes the page.
  'cloudfront:CreateInvalidation',
  'cloudfront:GetInvalidation',
]

const many = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T])
const statementsOf = ({ Properties }: Resource): readonly Statement[] => {
  const { PolicyDocument } = Properties as { PolicyDocument: { Statement: readonly Statement[] } }
  return PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow')
}
const policies = (name: (typeof stageNames)[number]) => stageOf(name).all('AWS::IAM::Policy')
/** The policy of the CDK's own function that publishes the page is the CDK's. */
const ours = (name: (typeof stageNames)[number]) => policies(name).filter(({ id }) => !id.startsWith('Custom'))

describe.each(stageNames)('the rights in stage %s', (name) => {
  it('are on named things, but for those that AWS grants on all or nothing', () => {
    for (const policy of policies(name)) {
      for (const { Action, Resource } of statementsOf(policy)) {
        if (!many(Resource).includes('*')) continue
        expect(UNNAMED, policy.id).toEqual(expect.arrayContaining([...many(Action)]))
      }
    }
  })

  it('are named one by one', () => {
    for (const policy of ours(name)) {
      for (const { Action } of statementsOf(policy)) {
        for (const action of many(Action)) {
          // The CDK grants the use of a key by these two families, each of which is one right in several forms.
          expect(action, policy.id).toMatch(/^([a-z\d-]+:[A-Za-z\d]+|kms:(GenerateDataKey|ReEncrypt)\*)$/)
        }
      }
    }
  })

  it('come from no managed policy, but where a service takes no other', () => {
    const managed = stageOf(name)
      .all('AWS::IAM::Role')
      .filter(({ Properties }) => Properties?.ManagedPolicyArns !== undefined)
    const known = /^(ApiCloudWatchRole|CustomCDKBucketDeployment|AWS679f53fac|CustomS3AutoDeleteObjects)/
    for (const { id } of managed) expect(id).toMatch(known)
  })
})

describe.each(['staging', 'prod'] as const)('rights to Kafka in stage %s', (name) => {
  const rightsOf = (fn: string) =>
    ours(name)
      .filter(({ id }) => id.startsWith(fn))
      .flatMap(statementsOf)
      .filter(({ Action }) => many(Action).some((action) => action.startsWith('kafka')))

  it('let hot-metrics read two topics as two groups, and write nowhere', () => {
    const actions = new Set(rightsOf('HotMetrics').flatMap(({ Action }) => many(Action)))
    expect([...actions].sort()).toEqual([
      'kafka-cluster:AlterGroup',
      'kafka-cluster:Connect',
      'kafka-cluster:DescribeClusterDynamicConfiguration',
      'kafka-cluster:DescribeGroup',
      'kafka-cluster:DescribeTopic',
      'kafka-cluster:ReadData',
      'kafka:DescribeCluster',
      'kafka:DescribeClusterV2',
      'kafka:GetBootstrapBrokers',
    ])
  })

  it('let hot-rebuild read without joining a group', () => {
    const actions = new Set(rightsOf('HotRebuild').flatMap(({ Action }) => many(Action)))
    expect([...actions].sort()).toEqual([
      'kafka-cluster:Connect',
      'kafka-cluster:DescribeTopic',
      'kafka-cluster:ReadData',
    ])
  })
})
