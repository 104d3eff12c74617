import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import {
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler'
import { clientSettings } from '#adapters/aws/connection.ts'

/** The schedules of stage local's feeds. */
const isFeed = (name: string): boolean => /^lodestream-local-(binance-relay|poll-)/.test(name)

/**
 * Begins the feeds of stage local, whose schedules are off until what they fill is up: each is invoked now, and from then
 * on at its time. Those that have begun stay as they are. @param aws LocalStack's address
 */
export async function beginFeeds(aws: string): Promise<void> {
  const lambda = new LambdaClient(clientSettings({ endpoint: aws }))
  for (const { Target } of await switchSchedules(aws, 'ENABLED', isFeed)) {
    const Payload = Buffer.from(Target?.Input ?? '{}')
    await lambda.send(new InvokeCommand({ FunctionName: Target?.Arn, InvocationType: 'Event', Payload }))
  }
  lambda.destroy()
}

/**
 * Switches schedules on or off, as an operator does in the console.
 * @param aws LocalStack's address @param concerns by a schedule's name. @default all
 * @returns those that were in the other state
 */
export async function switchSchedules(
  aws: string,
  state: 'ENABLED' | 'DISABLED',
  concerns: (name: string) => boolean = () => true,
): Promise<readonly GetScheduleCommandOutput[]> {
  const client = new SchedulerClient(clientSettings({ endpoint: aws }))
  const { Schedules = [] } = await client.send(new ListSchedulesCommand({}))
  const switched: GetScheduleCommandOutput[] = []
  for (const { Name = '', GroupName, State } of Schedules) {
    if (State === state || !concerns(Name)) continue
    const schedule = await client.send(new GetScheduleCommand({ Name, GroupName }))
    const { ScheduleExpression, ScheduleExpressionTimezone, FlexibleTimeWindow, Target, Description } = schedule
    // What an update leaves out goes back to its default.
    await client.send(
      new UpdateScheduleCommand({
        ...{ Name, GroupName, ScheduleExpression, ScheduleExpressionTimezone, FlexibleTimeWindow, Target, Description },
        State: state,
      }),
    )
    switched.push(schedule)
  }
  client.destroy()
  return switched
}
