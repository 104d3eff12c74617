import { ArnFormat, Duration, Stack } from 'aws-cdk-lib'
import { Grant } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'
import type { AlarmSpec, Watched } from './alarm-spec.ts'
import type { AlarmedFunction } from './alarmed-function.ts'
import { refreshDefinition } from './refresh-definition.ts'
import { StateMachine } from './state-machine.ts'
import type { TableRefresh } from './table-refresh.ts'
import { grantWide } from './wide-rights.ts'

export interface RefreshProps {
  readonly stage: StageConfig
  readonly planner: AlarmedFunction
  readonly migrations: AlarmedFunction
  readonly tableRefresh: TableRefresh
  readonly key?: IKey | undefined
  /** What nobody can see while tables are not refreshed; it opens the alarm's text. */
  readonly impact: string
}

/**
 * Refreshes tables in waves by what they read. Input: `{}` (whatever something new has landed for),
 * `{"schedule": "market_close"}` (of its tables), or `{"dates": ["2026-11-20"], "tables": ["gold.ohlc_daily"]}`.
 */
export class Refresh extends Construct implements Watched {
  readonly stateMachine: StateMachine
  readonly alarms: readonly AlarmSpec[]

  constructor(scope: Construct, id: string, { stage, planner, migrations, tableRefresh, key, impact }: RefreshProps) {
    super(scope, id)
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stage,
      key,
      name: 'refresh',
      timeout: Duration.hours(12),
      definition: refreshDefinition({
        partition: Stack.of(this).partition,
        planner: planner.fn.functionArn,
        migrations: migrations.fn.functionArn,
        tableRefresh: tableRefresh.stateMachine.machine.stateMachineArn,
        concurrency: stage.lake.concurrency,
      }),
    })
    for (const fn of [planner, migrations]) fn.grantInvoke(this.stateMachine)
    this.grantExecutions(tableRefresh.stateMachine)
    this.alarms = this.stateMachine.metricFailures().map(({ what, metric }) => ({
      name: `refresh-${what}`,
      metric,
      threshold: 1,
      impact,
      runbook: 'refresh-failing',
    }))
  }

  /** To start an execution and learn of its end, Step Functions needs the execution, and a rule of EventBridge. */
  private grantExecutions({ machine, arn }: StateMachine): void {
    Grant.addToPrincipal({
      grantee: this.stateMachine,
      actions: ['states:StartExecution'],
      resourceArns: [machine.stateMachineArn],
    })
    grantWide(
      this.stateMachine,
      ['states:DescribeExecution', 'states:StopExecution'],
      [`${arn.replace(':stateMachine:', ':execution:')}:*`],
      'Executions are named when they are started; the machine is named.',
    )
    Grant.addToPrincipal({
      grantee: this.stateMachine,
      actions: ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
      resourceArns: [
        Stack.of(this).formatArn({
          service: 'events',
          resource: 'rule',
          resourceName: 'StepFunctionsGetEventsForStepFunctionsExecutionRule',
          arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
        }),
      ],
    })
  }
}
