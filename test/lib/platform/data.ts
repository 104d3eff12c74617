import { Aspects, Stack } from 'aws-cdk-lib'
import { Annotations, Match } from 'aws-cdk-lib/assertions'
import { CfnTopic } from 'aws-cdk-lib/aws-msk'
import { describe, expect, it } from 'vitest'
import { KeepData } from '#lib/constructs/keep-data.ts'
import { prod } from '#lib/stages/prod.ts'
import { stageOf } from './synthesised.ts'

const kept = ['AWS::MSK::Cluster', 'AWS::MSK::Topic', 'AWS::Cognito::UserPool'] as const

describe.each(['staging', 'prod'] as const)('data in stage %s', (name) => {
  it.each(kept)('outlives its resource: %s', (type) => {
    const resources = stageOf(name).all(type)
    expect(resources.length).toBeGreaterThan(0)
    for (const { DeletionPolicy, UpdateReplacePolicy } of resources) {
      expect({ DeletionPolicy, UpdateReplacePolicy }).toEqual({
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
      })
    }
  })

  it('is guarded: the kept stacks, and only they, refuse to be deleted', () => {
    const guarded = stageOf(name)
      .app.node.findAll()
      .filter(Stack.isStack)
      .filter(({ terminationProtection }) => terminationProtection)
    expect(guarded.map(({ node }) => node.id).sort()).toEqual(['Access', 'Network', 'Streams'])
  })
})

describe('a removal policy by itself', () => {
  it('does not suffice to delete data: synthesis fails', () => {
    const stack = new Stack()
    new CfnTopic(stack, 'Topic', { clusterArn: 'a', partitionCount: 1, replicationFactor: 1, topicName: 'deletable' })
    Aspects.of(stack).add(new KeepData(prod))
    Annotations.fromStack(stack).hasError('/Default/Topic', Match.stringLikeRegexp('stage prod keeps its data'))
  })

  it('suffices in a stage that says its data may go', () => {
    expect(
      stageOf('dev')
        .all('AWS::Kinesis::Stream')
        .map(({ DeletionPolicy }) => DeletionPolicy),
    ).toEqual(['Delete', 'Delete'])
  })
})
