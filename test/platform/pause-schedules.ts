import {
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler'
import { endpoints } from '#local/state.ts'

/**
 * Disables the stage's schedules, as an operator would: tests say themselves what is refreshed, whatever o'clock it is.
 * @param home of the platform
 */
export async function pauseSchedules(home: string): Promise<void> {
  const client = new SchedulerClient({
    endpoint: endpoints(home).aws,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const { Schedules = [] } = await client.send(new ListSchedulesCommand({}))
  if (Schedules.length === 0) throw new Error('the platform has no schedule to pause')
  for (const { Name, GroupName } of Schedules) {
    const schedule = await client.send(new GetScheduleCommand({ Name, GroupName }))
    await client.send(
      new UpdateScheduleCommand({
        Name,
        GroupName,
        ScheduleExpression: schedule.ScheduleExpression,
        ScheduleExpressionTimezone: schedule.ScheduleExpressionTimezone,
        FlexibleTimeWindow: schedule.FlexibleTimeWindow,
        Target: schedule.Target,
        State: 'DISABLED',
      }),
    )
  }
}
