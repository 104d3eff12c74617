import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn'
import { CreateQueueCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { awsEnvironment } from '#local/cdk.ts'
import { localstack } from '#local/engines/localstack.ts'
import { freePort, portFor } from '#local/ports.ts'
import { eventually } from '#local/process.ts'

const place = { home: mkdtempSync(join(tmpdir(), 'lodestream-scheduler-')) }
const settings = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }
const RoleArn = 'arn:aws:iam::000000000000:role/scheduler'
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`

let bridge: ChildProcess
let url: string
let scheduler: SchedulerClient
let sqs: SQSClient
let states: SFNClient

beforeAll(async () => {
  for (const part of ['kafka', 'elasticache', 'msk']) await portFor(place.home, part)
  const [endpoint, port] = await Promise.all([localstack.start(place), freePort()])
  const entry = join(import.meta.dirname, '../../local/bridges/scheduler/main.ts')
  const env = { PATH: process.env.PATH, PORT: `${port}`, ...awsEnvironment(endpoint) }
  bridge = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'inherit', 'inherit'] })
  url = `http://127.0.0.1:${port}`
  scheduler = new SchedulerClient({ ...settings, endpoint: url, maxAttempts: 1 })
  sqs = new SQSClient({ ...settings, endpoint })
  states = new SFNClient({ ...settings, endpoint })
  const isUp = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
  expect(await eventually(isUp, 15_000)).toBe(true)
})

afterAll(async () => {
  bridge?.kill('SIGTERM')
  expect(bridge?.exitCode ?? (await once(bridge, 'exit'))[0]).toBe(0)
  await localstack.stop(place)
  rmSync(place.home, { recursive: true, force: true })
})

/** A one-time schedule for the next whole second but one, with what a test is about. */
async function soon(Name: string, change: Partial<CreateScheduleCommandInput>): Promise<number> {
  const at = (Math.floor(Date.now() / 1000) + 2) * 1000
  await scheduler.send(
    new CreateScheduleCommand({
      Name,
      ScheduleExpression: `at(${new Date(at).toISOString().slice(0, 19)})`,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: queueArn('none'), RoleArn },
      ...change,
    }),
  )
  return at
}

async function queue(QueueName: string): Promise<string> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }))
  return QueueUrl ?? ''
}

async function received(QueueUrl: string): Promise<Message | undefined> {
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ['All'] }),
  )
  return Messages?.[0]
}

const namesOf = async (input: object) =>
  (await scheduler.send(new ListSchedulesCommand(input))).Schedules?.map(({ Name }) => Name)

describe('a schedule whose time has come', () => {
  it('starts an execution, sends a message, and goes away where it is to', async () => {
    const definition = JSON.stringify({ StartAt: 'Pass', States: { Pass: { Type: 'Pass', End: true } } })
    const { stateMachineArn } = await states.send(
      new CreateStateMachineCommand({ name: 'refresh', definition, roleArn: RoleArn }),
    )
    const target = await queue('target')
    const at = await soon('execution', {
      Target: {
        Arn: stateMachineArn,
        RoleArn,
        Input: '{"schedule":"market_close","at":"<aws.scheduler.scheduled-time>"}',
      },
    })
    await soon('message', { Target: { Arn: queueArn('target'), RoleArn }, ActionAfterCompletion: 'DELETE' })
    await soon('off', { Target: { Arn: queueArn('target'), RoleArn, Input: 'never' }, State: 'DISABLED' })
    const body = JSON.parse((await received(target))?.Body ?? '{}') as Record<string, unknown>
    expect(Date.now()).toBeGreaterThanOrEqual(at)
    expect(body).toMatchObject({ source: 'aws.scheduler', 'detail-type': 'Scheduled Event', account: '000000000000' })
    const executions = async () => (await states.send(new ListExecutionsCommand({ stateMachineArn }))).executions ?? []
    await expect.poll(executions, { timeout: 10_000 }).toHaveLength(1)
    const [execution] = await executions()
    const { input } = await states.send(new DescribeExecutionCommand({ executionArn: execution?.executionArn }))
    const time = new Date(at).toISOString().replace('.000Z', 'Z')
    expect(JSON.parse(input ?? '')).toEqual({ schedule: 'market_close', at: time })
    await expect.poll(() => namesOf({}), { timeout: 5_000 }).toEqual(['execution', 'off'])
  })

  it('gives up what its target refuses, and the dead-letter queue says why', async () => {
    const dead = await queue('dead')
    await soon('lost', {
      Target: {
        Arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:absent',
        RoleArn,
        Input: '{"lost":true}',
        DeadLetterConfig: { Arn: queueArn('dead') },
      },
    })
    const message = await received(dead)
    expect(message?.Body).toBe('{"lost":true}')
    expect(message?.MessageAttributes).toMatchObject({
      ERROR_CODE: { StringValue: 'StateMachineDoesNotExist' },
      RETRY_ATTEMPTS: { StringValue: '0' },
      SCHEDULE_ARN: { StringValue: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/lost' },
      TARGET_ARN: { StringValue: expect.stringContaining('absent') },
    })
  })

  it('begins a rate at once', async () => {
    const target = await queue('rated')
    const Target = { Arn: queueArn('rated'), RoleArn, Input: 'tick' }
    await soon('rated', { ScheduleExpression: 'rate(1 minute)', Target })
    expect((await received(target))?.Body).toBe('tick')
    await scheduler.send(new DeleteScheduleCommand({ Name: 'rated' }))
  })
})

describe('the API', () => {
  const weekly = {
    ScheduleExpression: 'cron(0 2 ? * SUN *)',
    FlexibleTimeWindow: { Mode: 'FLEXIBLE' as const, MaximumWindowInMinutes: 15 },
    Target: { Arn: queueArn('none'), RoleArn, RetryPolicy: { MaximumRetryAttempts: 3 } },
  }

  it('answers what was asked, with times as numbers and defaults filled in', async () => {
    const EndDate = new Date('2099-01-01T00:00:00Z')
    await scheduler.send(new CreateScheduleCommand({ Name: 'weekly', ...weekly, EndDate, Description: 'Sundays' }))
    const answer = (await (await fetch(`${url}/schedules/weekly`)).json()) as Record<string, unknown>
    expect(answer).toMatchObject({ ...weekly, EndDate: EndDate.getTime() / 1000, CreationDate: expect.any(Number) })
    const found = await scheduler.send(new GetScheduleCommand({ Name: 'weekly' }))
    expect(found).toMatchObject({
      Arn: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/weekly',
      GroupName: 'default',
      ScheduleExpressionTimezone: 'UTC',
      State: 'ENABLED',
      EndDate,
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 3 } },
    })
    await scheduler.send(new UpdateScheduleCommand({ Name: 'weekly', ...weekly, State: 'DISABLED' }))
    const updated = await scheduler.send(new GetScheduleCommand({ Name: 'weekly' }))
    expect([updated.State, updated.Description, updated.EndDate]).toEqual(['DISABLED', undefined, undefined])
    expect(updated.CreationDate).toEqual(found.CreationDate)
  })

  it('keeps groups apart, and deletes one with its schedules', async () => {
    await scheduler.send(new CreateScheduleGroupCommand({ Name: 'nightly', Tags: [{ Key: 'a', Value: '1' }] }))
    for (const Name of ['one', 'two', 'other']) {
      await scheduler.send(new CreateScheduleCommand({ Name, GroupName: 'nightly', ...weekly }))
    }
    expect(await namesOf({ GroupName: 'nightly' })).toEqual(['one', 'other', 'two'])
    expect(await namesOf({ GroupName: 'nightly', NamePrefix: 'o', State: 'ENABLED' })).toEqual(['one', 'other'])
    const first = await scheduler.send(new ListSchedulesCommand({ GroupName: 'nightly', MaxResults: 2 }))
    expect(await namesOf({ GroupName: 'nightly', MaxResults: 2, NextToken: first.NextToken })).toEqual(['two'])
    const { Arn: ResourceArn } = await scheduler.send(new GetScheduleGroupCommand({ Name: 'nightly' }))
    await scheduler.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: 'b', Value: '2' }] }))
    await scheduler.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['a'] }))
    expect((await scheduler.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags).toEqual([
      { Key: 'b', Value: '2' },
    ])
    await scheduler.send(new DeleteScheduleGroupCommand({ Name: 'nightly' }))
    const { ScheduleGroups } = await scheduler.send(new ListScheduleGroupsCommand({}))
    expect(ScheduleGroups?.map(({ Name }) => Name)).toEqual(['default'])
    await expect(namesOf({ GroupName: 'nightly' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('refuses as AWS does', async () => {
    const create = (change: Partial<CreateScheduleCommandInput>) =>
      scheduler.send(new CreateScheduleCommand({ Name: 'refused', ...weekly, ...change }))
    await create({ Name: 'twice' })
    await expect(create({ Name: 'twice' })).rejects.toMatchObject({ name: 'ConflictException' })
    await expect(create({ GroupName: 'absent' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(create({ ScheduleExpression: 'rate(1 minutes)' })).rejects.toMatchObject({
      name: 'ValidationException',
    })
    await expect(scheduler.send(new UpdateScheduleCommand({ Name: 'absent', ...weekly }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    await expect(scheduler.send(new DeleteScheduleCommand({ Name: 'absent' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    await expect(scheduler.send(new DeleteScheduleGroupCommand({ Name: 'default' }))).rejects.toMatchObject({
      name: 'ValidationException',
    })
  })
})
