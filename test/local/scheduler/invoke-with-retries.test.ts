import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { invokeWithRetries } from '#local/bridges/scheduler/invoke-with-retries.ts'
import type { ScheduleRequest } from '#local/bridges/scheduler/schedule.ts'
import { Targets } from '#local/bridges/scheduler/targets.ts'

/** What the queues are sent, and how they answer each message. */
let sent: { queue: string; body: string; facts: Record<string, string> }[]
let statuses: number[]
let server: Server
let targets: Targets

beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test').stubEnv('AWS_SECRET_ACCESS_KEY', 'test').stubEnv('AWS_REGION', 'us-east-1')
  vi.spyOn(console, 'error').mockReturnValue()
  sent = []
  statuses = []
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { QueueUrl, MessageBody, MessageAttributes = {} } = JSON.parse(Buffer.concat(chunks).toString())
    const facts = Object.entries<{ StringValue: string }>(MessageAttributes).map(([key, { StringValue }]) => [
      key,
      StringValue,
    ])
    sent.push({ queue: QueueUrl.split('/').at(-1), body: MessageBody, facts: Object.fromEntries(facts) })
    const status = QueueUrl.endsWith('/dead') ? 200 : (statuses.shift() ?? 200)
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
    const MD5OfMessageBody = createHash('md5').update(MessageBody).digest('hex')
    response.end(
      status === 200
        ? JSON.stringify({ MessageId: '1', MD5OfMessageBody })
        : JSON.stringify({ __type: 'com.amazonaws#Trouble', message: 'no' }),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  targets = new Targets(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

const target = (MaximumRetryAttempts: number, MaximumEventAgeInSeconds = 60): ScheduleRequest['Target'] => ({
  Arn: 'arn:aws:sqs:us-east-1:000000000000:target',
  RoleArn: 'arn:aws:iam::000000000000:role/scheduler',
  Input: 'attempt <aws.scheduler.attempt-number>',
  RetryPolicy: { MaximumRetryAttempts, MaximumEventAgeInSeconds },
  DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:000000000000:dead' },
})

const invoke = (of: ScheduleRequest['Target'], wait = 1, stop = new AbortController().signal) =>
  invokeWithRetries({ scheduleArn: 'arn:s', scheduled: 0, target: of }, targets, stop, wait)

it('tries again while the target is away or throttles, and no longer once it has taken the invocation', async () => {
  statuses = [500, 429, 503]
  await invoke(target(185))
  expect(sent.map(({ queue, body }) => `${queue}: ${body}`)).toEqual([
    'target: attempt 1',
    'target: attempt 2',
    'target: attempt 3',
    'target: attempt 4',
  ])
})

it.each([
  [0, 1],
  [2, 3],
])('with %s retries gives up after %s attempts, and says so to the dead-letter queue', async (retries, attempts) => {
  statuses = Array.from({ length: 10 }, () => 500)
  await invoke(target(retries))
  expect(sent.filter(({ queue }) => queue === 'target')).toHaveLength(attempts)
  expect(sent.at(-1)).toMatchObject({
    queue: 'dead',
    body: `attempt ${attempts}`,
    facts: {
      ERROR_CODE: 'Trouble',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
      RETRY_ATTEMPTS: String(retries),
      SCHEDULED_TIME: '1970-01-01T00:00:00Z',
    },
  })
})

it('gives up before the event gets too old', async () => {
  statuses = [500]
  await invoke(target(185), 60_001)
  expect(sent.at(-1)).toMatchObject({ queue: 'dead', facts: { EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds' } })
})

it('does not try again what the target refuses', async () => {
  statuses = [400]
  await invoke(target(185))
  expect(sent.map(({ queue }) => queue)).toEqual(['target', 'dead'])
  expect(sent.at(-1)?.facts.EXHAUSTED_RETRY_CONDITION).toBeUndefined()
})

it('waits no longer when it is asked to end', async () => {
  statuses = [500]
  const stop = new AbortController()
  const ended = invoke(target(185), 50_000, stop.signal)
  await expect.poll(() => sent).toHaveLength(1)
  stop.abort()
  await ended
  expect(sent).toHaveLength(1)
})
