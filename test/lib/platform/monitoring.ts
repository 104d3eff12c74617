import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { events } from '#domain/events/events.ts'
import { stageOf, synthesise } from './synthesised.ts'

const topics = [...new Set(events.map(({ topic }) => topic))]

describe.each(['dev', 'staging', 'prod'] as const)('the alarms of stage %s', (name) => {
  const alarms = () => stageOf(name).all('AWS::CloudWatch::Alarm')

  it('say what a user loses, and where it says what to do', () => {
    for (const { Properties } of alarms()) {
      const { AlarmDescription, AlarmName } = Properties as { AlarmDescription: string; AlarmName: string }
      const runbook = /^[A-Z].{20,}\. What to do: (docs\/runbooks\/[\w-]+\.md)$/.exec(AlarmDescription)?.[1]
      expect(runbook, `${AlarmName}: ${AlarmDescription}`).toBeDefined()
      expect(existsSync(runbook ?? ''), `${AlarmName}: ${runbook}`).toBe(true)
    }
  })

  it('tell somebody when they begin and when they end', () => {
    for (const { Properties } of alarms()) {
      expect(Properties).toMatchObject({
        AlarmActions: [{ Ref: expect.anything() }],
        OKActions: [{ Ref: expect.anything() }],
      })
    }
  })

  it('watch lag and errors', () => {
    const watched = alarms().map(({ Properties }) => Properties?.AlarmName)
    for (const topic of topics) {
      for (const fn of ['hot-metrics', 'lake-landing'])
        expect(watched).toContain(`lodestream-${name}-${fn}-lag-${topic}`)
    }
    for (const fn of ['hot-metrics', 'lake-landing', 'api', 'authorizer']) {
      for (const what of ['errors', 'error-lines', 'throttles'])
        expect(watched).toContain(`lodestream-${name}-${fn}-${what}`)
    }
  })
})

describe('a table that another run holds', () => {
  it('is an answer of the planner, and no alarm: the execution that asked fails where it matters', () => {
    const alarms = stageOf('prod')
      .all('AWS::CloudWatch::Alarm')
      .map(({ Properties }) => Properties?.AlarmName)
    expect(alarms).not.toContain('lodestream-prod-refresh-planner-errors')
    expect(alarms).not.toContain('lodestream-prod-refresh-planner-error-lines')
    expect(alarms).toEqual(
      expect.arrayContaining(
        [
          'refresh-failed',
          'refresh-timed-out',
          'table-refresh-failed',
          'table-refresh-timed-out',
          'refresh-not-started',
        ].map((what) => `lodestream-prod-${what}`),
      ),
    )
  })
})

describe('what a function goes on from', () => {
  it('is seen by its log, since the invocation counts as a success', () => {
    stageOf('prod')
      .stack('HotPath')
      .hasResourceProperties('AWS::Logs::MetricFilter', {
        FilterPattern: '{ $.level = "ERROR" }',
        MetricTransformations: [
          { MetricName: 'lodestream-prod-hot-metrics-error-lines', MetricNamespace: 'Lodestream', MetricValue: '1' },
        ],
      })
  })
})

describe('whoever is told', () => {
  it('is told through a topic that a key of ours encrypts and that nobody reads in clear text', () => {
    stageOf('prod')
      .stack('Monitoring')
      .hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: { 'Fn::GetAtt': ['Key961B73FD', 'Arn'] } })
  })

  it('is the one that the command line names', () => {
    synthesise('prod', { alarm_email: 'desk@example.com' })
      .stack('Monitoring')
      .hasResourceProperties('AWS::SNS::Subscription', { Endpoint: 'desk@example.com', Protocol: 'email' })
  })
})
