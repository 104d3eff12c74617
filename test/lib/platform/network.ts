import { describe, expect, it } from 'vitest'
import { stageNames } from '#lib/stage.ts'
import { stageOf } from './synthesised.ts'

const waysOut = ['AWS::EC2::NatGateway', 'AWS::EC2::InternetGateway', 'AWS::EC2::Route']

describe.each(stageNames)('the network of stage %s', (name) => {
  it.each(waysOut)('has no %s', (type) => {
    expect(stageOf(name).all(type)).toEqual([])
  })

  it('has endpoints through which principals of this account alone query Athena, ask for schemas, and no more', () => {
    const allowed = stageOf(name)
      .all('AWS::EC2::VPCEndpoint')
      .flatMap(({ Properties }) => {
        const { PolicyDocument: policy } = { ...Properties } as {
          PolicyDocument: { Statement: readonly { Action: string | readonly string[] }[] }
        }
        expect(policy.Statement).toMatchObject([
          { Condition: { StringEquals: { 'aws:PrincipalAccount': expect.anything() } } },
        ])
        return policy.Statement.flatMap(({ Action }) => Action)
      })
    const isKnown = (action: string) =>
      /^athena:(Start|Get|Stop)Query/.test(action) || action === 'glue:GetSchemaVersion'
    expect(allowed.filter((action) => !isKnown(action) && !action.startsWith('kinesis:'))).toEqual([])
    expect(allowed).toContain('glue:GetSchemaVersion')
  })

  it('gives no subnet public addresses', () => {
    for (const { Properties } of stageOf(name).all('AWS::EC2::Subnet')) {
      expect(Properties).toMatchObject({ MapPublicIpOnLaunch: false })
    }
  })

  it('admits only members of named groups, and lets out only into the VPC', () => {
    for (const { id, Properties } of stageOf(name).all('AWS::EC2::SecurityGroup')) {
      const { SecurityGroupIngress: ingress = [], SecurityGroupEgress: egress = [] } = Properties as {
        SecurityGroupIngress?: readonly object[]
        SecurityGroupEgress?: readonly object[]
      }
      for (const rule of ingress) {
        expect(rule, id).toHaveProperty('SourceSecurityGroupId')
        expect(rule, id).not.toHaveProperty('CidrIp')
      }
      // The CDK's way to say "nothing": a rule that no packet meets.
      for (const rule of egress) expect(JSON.stringify(rule), id).toMatch(/CidrBlock|255\.255\.255\.255/)
      expect(JSON.stringify(egress), id).not.toContain('0.0.0.0/0')
    }
  })

  it('stands in as many zones as its brokers need', () => {
    const zones = new Set(
      stageOf(name)
        .all('AWS::EC2::Subnet')
        .map(({ Properties }) => JSON.stringify(Properties?.AvailabilityZone)),
    )
    expect(zones.size).toBe(name === 'local' || name === 'dev' ? 2 : 3)
  })
})

describe('flow logs', () => {
  it.each(['dev', 'staging', 'prod'] as const)('record all of it in stage %s', (name) => {
    stageOf(name).stack('Network').hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'ALL' })
  })
})
