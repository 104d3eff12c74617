import {
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler'

/**
 * Switches schedules of the deployed stage on or off, as an operator does in the console.
 * @param aws LocalStack's address @param concerns by a schedule's name. @default all
 * @throws Error where there is no such schedule
 */
export async function switchSchedules(
  aws: string,
  state: 'ENABLED' | 'DISABLED',
  concerns: (name: string) => boolean = () => true,
): Promise<void> {
  const client = new SchedulerClient({
    endpoint: aws,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const { Schedules = [] } = await client.send(new ListSchedulesCommand({}))
  const concerned = Schedules.filter(({ Name = '' }) => concerns(Name))
  if (concerned.length === 0) throw new Error('the stage has no such schedule')
  for (const { Name, GroupName } of concerned) {
    const { ScheduleExpression, ScheduleExpressionTimezone, FlexibleTimeWindow, Target, Description } =
      await client.send(new GetScheduleCommand({ Name, GroupName }))
    // What an update leaves out goes back to its default.
    await client.send(
      new UpdateScheduleCommand({
        ...{ Name, GroupName, ScheduleExpression, ScheduleExpressionTimezone, FlexibleTimeWindow, Target, Description },
        State: state,
      }),
    )
  }
  client.destroy()
}
