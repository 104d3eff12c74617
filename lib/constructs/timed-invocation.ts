import type { Duration } from 'aws-cdk-lib'
import type { IRole } from 'aws-cdk-lib/aws-iam'
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'
import type { AlarmedFunction } from './alarmed-function.ts'

export interface TimedInvocationProps {
  readonly stage: StageConfig
  /** The schedule is named `lodestream-<stage>-<name>`. */
  readonly name: string
  readonly description: string
  readonly fn: AlarmedFunction
  readonly every: Duration
  /** As whom Scheduler invokes it. (The CDK's own target would let it invoke every version of the function, by a wildcard.) */
  readonly role: IRole
  /** @default an empty object */
  readonly input?: Readonly<Record<string, string>>
}

/** Invokes a function again and again, without waiting for the invocation before: they may overlap. */
export class TimedInvocation extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { stage, name, description, fn, every, role, input = {} }: TimedInvocationProps,
  ) {
    super(scope, id)
    new Schedule(this, 'Schedule', {
      scheduleName: `lodestream-${stage.name}-${name}`,
      description,
      schedule: ScheduleExpression.rate(every),
      enabled: stage.feeds.begun,
      target: {
        bind: () => ({
          arn: fn.fn.functionArn,
          role,
          input: ScheduleTargetInput.fromObject(input),
          // The next one is due then anyway.
          retryPolicy: {
            maximumEventAgeInSeconds: Math.max(60, every.toSeconds()),
            maximumRetryAttempts: 10,
          },
        }),
      },
    })
  }
}
