import { Stack } from 'aws-cdk-lib'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { AwsSolutionsChecks } from 'cdk-nag'
import { describe, expect, it } from 'vitest'
import { stageNames } from '#lib/stage.ts'
import { stageOf, synthesise } from './synthesised.ts'

const findings = (app: ReturnType<typeof synthesise>['app']) =>
  new AwsSolutionsChecks()
    .validateScope(app)
    .violations.map(
      ({ ruleName, violatingResources }) =>
        `${ruleName} at ${violatingResources.map(({ constructPath }) => constructPath).join(', ')}`,
    )

describe('cdk-nag', () => {
  it.each(stageNames)('finds nothing in stage %s that is not answered with a reason', (name) => {
    expect(findings(stageOf(name).app)).toEqual([])
  })

  it('finds nothing more where account and region are named', () => {
    const { app } = synthesise('prod', { account: '123456789012', region: 'eu-central-1' })
    expect(findings(app)).toEqual([])
  })

  it('finds a planted fault', () => {
    const { app } = synthesise('prod')
    const hotPath = app.node
      .findAll()
      .filter(Stack.isStack)
      .find(({ node }) => node.id === 'HotPath')
    if (hotPath) new Topic(hotPath, 'Planted')
    expect(findings(app)).toEqual([expect.stringMatching(/^AwsSolutions-SNS3 at .*Planted/)])
  })
})
