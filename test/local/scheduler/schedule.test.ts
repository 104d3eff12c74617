import { describe, expect, it } from 'vitest'
import { nextOccurrence } from '#local/bridges/scheduler/clock.ts'
import { admitSchedule } from '#local/bridges/scheduler/schedule.ts'
import { inputOf } from '#local/bridges/scheduler/targets.ts'

const now = Date.parse('2026-11-20T12:00:00Z')
const target = {
  Arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:refresh',
  RoleArn: 'arn:aws:iam::000000000000:role/scheduler',
  Input: '{"schedule":"market_close"}',
}
const whole = {
  ScheduleExpression: 'cron(30 17 * * ? *)',
  ScheduleExpressionTimezone: 'America/New_York',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: target,
}
const queue = { ...target, Arn: 'arn:aws:sqs:us-east-1:000000000000:q', Input: 'plain text' }
const admit = (change: Record<string, unknown> = {}, name = 'refresh') =>
  admitSchedule(name, { ...whole, ...change }, now)

describe('a schedule', () => {
  it('is admitted as the platform has it, with the defaults of AWS', () => {
    expect(admit()).toMatchObject({
      GroupName: 'default',
      State: 'ENABLED',
      ActionAfterCompletion: 'NONE',
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } },
    })
    expect(admit({ ScheduleExpressionTimezone: undefined }).ScheduleExpressionTimezone).toBe('UTC')
    expect(admit({ Target: queue }).Target.Input).toBe('plain text')
  })

  it.each([
    ['rate(1 minutes)'],
    ['rate(2 minute)'],
    ['rate(0 minutes)'],
    ['rate(1 second)'],
    ['rate(1.5 hours)'],
    ['rate(5  minutes)'],
    ['rate(5 minutes'],
    ['every(5 minutes)'],
    ['at(2026-02-30T00:00:00)'],
    ['at(2026-11-20 12:00:00)'],
    ['at(2026-11-20T12:00:00Z)'],
    ['at(2026-11-20T24:00:00)'],
    ['cron(0 12 * * *)'],
    ['cron(0 12 * * * *)'],
    ['cron(0 12 ? * ? *)'],
    ['cron(0 12 1 * MON *)'],
    ['cron(60 12 * * ? *)'],
    ['cron(0 24 * * ? *)'],
    ['cron(0 12 0 * ? *)'],
    ['cron(0 12 ? * 0 *)'],
    ['cron(0 12 ? * 8 *)'],
    ['cron(0 12 ? * MON#6 *)'],
    ['cron(0 12 ? * 2/2 *)'],
    ['cron(0 12 32W * ? *)'],
    ['cron(0 12 * 13 ? *)'],
    ['cron(0 12 * * ? 1969)'],
    ['cron(0 12 * * ? 2200)'],
    ['cron(5-1 12 * * ? *)'],
    ['cron(0/0 12 * * ? *)'],
    ['cron(, 12 * * ? *)'],
    ['cron(0 L * * ? *)'],
    ['cron(? 12 * * ? *)'],
  ])('%s is no expression', (ScheduleExpression) => {
    expect(() => admit({ ScheduleExpression })).toThrow(
      expect.objectContaining({ type: 'ValidationException', status: 400 }),
    )
  })

  const aged = { MaximumEventAgeInSeconds: 59, MaximumRetryAttempts: 1 }
  it.each([
    ['no window said', { FlexibleTimeWindow: undefined }, /FlexibleTimeWindow/],
    ['a flexible window of no length', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, /MaximumWindowInMinutes/],
    [
      'a window of a day and a minute',
      { FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 1441 } },
      /1440/,
    ],
    ['a length without a window', { FlexibleTimeWindow: { Mode: 'OFF', MaximumWindowInMinutes: 5 } }, /FLEXIBLE/],
    ['a zone that nobody knows', { ScheduleExpressionTimezone: 'America/Gotham' }, /time zone/],
    ['an offset for a zone', { ScheduleExpressionTimezone: '+02:00' }, /time zone/],
    ['no role', { Target: { ...target, RoleArn: undefined } }, /RoleArn/],
    ['a role that is none', { Target: { ...target, RoleArn: 'arn:aws:iam::1:user/x' } }, /RoleArn/],
    ['too many retries', { Target: { ...target, RetryPolicy: { MaximumRetryAttempts: 186 } } }, /185/],
    ['too young an age', { Target: { ...target, RetryPolicy: aged } }, /60/],
    [
      'a dead-letter queue that is a topic',
      { Target: { ...target, DeadLetterConfig: { Arn: 'arn:aws:sns:us-east-1:000000000000:t' } } },
      /DeadLetterConfig/,
    ],
    [
      'a FIFO dead-letter queue',
      { Target: { ...target, DeadLetterConfig: { Arn: `${queue.Arn}.fifo` } } },
      /DeadLetterConfig/,
    ],
    ['input for a machine that is not JSON', { Target: { ...target, Input: 'plain text' } }, /JSON/],
    [
      'a target that is not called here',
      { Target: { ...target, Arn: 'arn:aws:scheduler:::aws-sdk:s3:deleteBucket' } },
      /not called here/,
    ],
    ['a FIFO queue without a message group', { Target: { ...queue, Arn: `${queue.Arn}.fifo` } }, /MessageGroupId/],
    ['an end that is over', { EndDate: now / 1000 - 1 }, /EndDate/],
    ['an end before its start', { StartDate: now / 1000 + 60, EndDate: now / 1000 + 30 }, /EndDate/],
    ['a start long ago', { StartDate: now / 1000 - 301 }, /5 minutes/],
    ['an unknown state', { State: 'PAUSED' }, /State/],
  ])('%s is refused', (_, change, reason) => {
    expect(() => admit(change)).toThrow(reason)
  })

  it.each(['', 'a/b', 'a b', 'x'.repeat(65)])('"%s" is no name', (name) => {
    expect(() => admit({}, name)).toThrow(/constraint/)
  })
})

describe('its times', () => {
  const at = (text: string) => Date.parse(text)
  const rate = { ScheduleExpression: 'rate(1 hour)' }

  it('begin with its start date and stop with its end date', () => {
    const StartDate = at('2026-11-20T12:30:00Z') / 1000
    const schedule = admit({ ...rate, StartDate, EndDate: StartDate + 3_600 })
    expect(nextOccurrence(schedule, now)?.scheduled).toBe(at('2026-11-20T12:30:00Z'))
    expect(nextOccurrence(schedule, at('2026-11-20T12:30:00Z'))?.scheduled).toBe(at('2026-11-20T13:30:00Z'))
    expect(nextOccurrence(schedule, at('2026-11-20T13:30:00Z'))).toBeUndefined()
    const cron = admit({ ScheduleExpressionTimezone: 'UTC', StartDate: at('2026-11-21T17:30:00Z') / 1000 })
    expect(nextOccurrence(cron, now)?.scheduled).toBe(at('2026-11-21T17:30:00Z'))
  })

  it('of a rate without a start date begin when it is made; a single time ignores both dates', () => {
    expect(nextOccurrence(admit(rate), now - 1)?.scheduled).toBe(now)
    const once = admit({ ScheduleExpression: 'at(2026-11-20T12:00:01)', ScheduleExpressionTimezone: 'UTC', EndDate: 1 })
    expect(nextOccurrence(once, now)?.scheduled).toBe(now + 1_000)
  })

  it('are invoked anywhere in a flexible window, which moves none of the next', () => {
    const schedule = admit({ ...rate, FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 } })
    expect(nextOccurrence(schedule, now - 1, 0)).toEqual({ scheduled: now, invoked: now })
    expect(nextOccurrence(schedule, now - 1, 0.5)).toEqual({ scheduled: now, invoked: now + 450_000 })
    expect(nextOccurrence(schedule, now, 0.999)?.scheduled).toBe(now + 3_600_000)
  })
})

it('names itself and its time in its input, and sends a notification where it has none', () => {
  const invocation = {
    scheduleArn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/s',
    scheduled: now,
    id: 'i',
    attempt: 2,
  }
  expect(
    inputOf(
      '<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time> <aws.scheduler.execution-id> <aws.scheduler.attempt-number>',
      invocation,
    ),
  ).toBe(`${invocation.scheduleArn} 2026-11-20T12:00:00Z i 2`)
  expect(JSON.parse(inputOf(undefined, invocation))).toMatchObject({
    source: 'aws.scheduler',
    'detail-type': 'Scheduled Event',
    time: '2026-11-20T12:00:00Z',
    resources: [invocation.scheduleArn],
  })
})
