import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { type ScheduleRequest, serviceOf } from './schedule.ts'

/** One invocation of a schedule, for what its input may name of it. Times in ms. */
export interface Invocation {
  readonly scheduleArn: string
  readonly scheduled: number
  readonly id: string
  /** 1 for the first attempt. */
  readonly attempt: number
}

/** Calls what schedules lead to, through AWS_ENDPOINT_URL. */
export class Targets {
  readonly #endpoint: string
  readonly #states: SFNClient
  readonly #lambda: LambdaClient
  readonly #sqs: SQSClient

  /** @param endpoint http://… */
  constructor(endpoint: string) {
    const settings = { endpoint, maxAttempts: 1 }
    this.#endpoint = endpoint
    this.#states = new SFNClient(settings)
    this.#lambda = new LambdaClient(settings)
    this.#sqs = new SQSClient(settings)
  }

  /** Starts an execution, invokes a function without waiting for it, or sends a message. @throws the service's own error */
  async invoke({ Arn, Input, SqsParameters }: ScheduleRequest['Target'], invocation: Invocation): Promise<void> {
    const input = inputOf(Input, invocation)
    const service = serviceOf(Arn)
    if (service === 'states') await this.#states.send(new StartExecutionCommand({ stateMachineArn: Arn, input }))
    else if (service === 'lambda') {
      await this.#lambda.send(new InvokeCommand({ FunctionName: Arn, InvocationType: 'Event', Payload: input }))
    } else await this.send(Arn, input, { MessageGroupId: SqsParameters?.MessageGroupId })
  }

  /** Sends a message to the queue of an ARN. */
  async send(arn: string, MessageBody: string, more: Partial<SendMessageCommand['input']> = {}): Promise<void> {
    const [, , , , account, name] = arn.split(':')
    const QueueUrl = `${this.#endpoint}/${account}/${name}`
    await this.#sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }))
  }
}

/** The input with its context attributes filled in; without one, the notification that AWS sends. */
export function inputOf(input: string | undefined, { scheduleArn, scheduled, id, attempt }: Invocation): string {
  const time = timeOf(scheduled)
  if (input === undefined) {
    const [, , , region, account] = scheduleArn.split(':')
    const about = { version: '0', id, 'detail-type': 'Scheduled Event', source: 'aws.scheduler', account, time, region }
    return JSON.stringify({ ...about, resources: [scheduleArn], detail: '{}' })
  }
  return input
    .replaceAll('<aws.scheduler.schedule-arn>', scheduleArn)
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.execution-id>', id)
    .replaceAll('<aws.scheduler.attempt-number>', String(attempt))
}

/** A time as AWS writes it into a payload, `yyyy-MM-ddTHH:mm:ssZ`. */
export const timeOf = (instant: number) => `${new Date(instant).toISOString().slice(0, 19)}Z`
