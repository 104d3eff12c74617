import { Duration, TimeZone } from 'aws-cdk-lib'
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler'
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { Schedule as ScheduleRow } from '#domain/tables/schedules.ts'
import type { StageConfig } from '../stage.ts'
import type { StateMachine } from './state-machine.ts'

export interface RefreshScheduleProps {
  readonly stage: StageConfig
  /** A row of sql/schedules.yml: the schedule is named `lodestream-<stage>-<name>`. */
  readonly schedule: ScheduleRow
  readonly refresh: StateMachine
  /** Where a start is put that did not succeed. */
  readonly failures: IQueue
}

/** Starts a refresh of one schedule's tables, at its hour of its own time zone, summer time or not. */
export class RefreshSchedule extends Construct {
  constructor(scope: Construct, id: string, { stage, schedule, refresh, failures }: RefreshScheduleProps) {
    super(scope, id)
    new Schedule(this, 'Schedule', {
      scheduleName: `lodestream-${stage.name}-${schedule.name}`,
      description: schedule.doc,
      schedule: ScheduleExpression.expression(schedule.expression, TimeZone.of(schedule.timezone)),
      target: new StepFunctionsStartExecution(refresh.machine, {
        input: ScheduleTargetInput.fromObject({ schedule: schedule.name }),
        // A later start finds what an earlier one would have found, and more.
        maxEventAge: Duration.hours(1),
        retryAttempts: 10,
        deadLetterQueue: failures,
      }),
    })
  }
}
