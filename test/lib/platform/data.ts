import { Aspects, Stack } from 'aws-cdk-lib'
import { Annotations, Match } from 'aws-cdk-lib/assertions'
import { CfnTopic } from 'aws-cdk-lib/aws-msk'
import { CfnBucket } from 'aws-cdk-lib/aws-s3'
import { describe, expect, it } from 'vitest'
import { topics } from '#domain/events/events.ts'
import { KeepData } from '#lib/constructs/keep-data.ts'
import { prod } from '#lib/stages/prod.ts'
import { stageOf } from './synthesised.ts'

const kept = [
  'AWS::MSK::Cluster',
  'AWS::MSK::Topic',
  'AWS::Cognito::UserPool',
  'AWS::Glue::Database',
  'AWS::Glue::Registry',
  'AWS::Glue::Schema',
  'AWS::Glue::SchemaVersion',
] as const

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

  it('outlives the buckets of the lake, and so does the key that opens it', () => {
    const lake = stageOf(name).stack('Lake')
    for (const type of ['AWS::S3::Bucket', 'AWS::KMS::Key']) {
      const resources = Object.values(lake.findResources(type))
      expect(resources).toHaveLength(type === 'AWS::S3::Bucket' ? 2 : 1)
      for (const { DeletionPolicy, UpdateReplacePolicy } of resources) {
        expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain'])
      }
    }
    expect(lake.findResources('Custom::S3AutoDeleteObjects')).toEqual({})
  })

  it('is guarded: the kept stacks, and only they, refuse to be deleted', () => {
    const guarded = stageOf(name)
      .app.node.findAll()
      .filter(Stack.isStack)
      .filter(({ terminationProtection }) => terminationProtection)
    expect(guarded.map(({ node }) => node.id).sort()).toEqual(['Access', 'Lake', 'Network', 'Streams'])
  })
})

describe('a removal policy by itself', () => {
  it('does not suffice to delete data: synthesis fails', () => {
    const stack = new Stack()
    new CfnTopic(stack, 'Topic', { clusterArn: 'a', partitionCount: 1, replicationFactor: 1, topicName: 'deletable' })
    Aspects.of(stack).add(new KeepData(prod))
    Annotations.fromStack(stack).hasError('/Default/Topic', Match.stringLikeRegexp('stage prod keeps its data'))
  })

  it('does not suffice for a bucket of a kept stack, and does for what a deployment fills', () => {
    const planted = (terminationProtection: boolean) => {
      const stack = new Stack(undefined, undefined, { terminationProtection })
      new CfnBucket(stack, 'Bucket')
      Aspects.of(stack).add(new KeepData(prod))
      return Annotations.fromStack(stack).findError('*', Match.anyValue())
    }
    expect(planted(true)).toHaveLength(1)
    expect(planted(false)).toEqual([])
  })

  it('suffices in a stage that says its data may go', () => {
    const streams = stageOf('dev').all('AWS::Kinesis::Stream')
    expect(streams).toHaveLength(topics.length)
    for (const { DeletionPolicy } of streams) expect(DeletionPolicy).toBe('Delete')
  })
})
