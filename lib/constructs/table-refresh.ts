import { Duration, Stack } from 'aws-cdk-lib'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'
import type { AlarmSpec, Watched } from './alarm-spec.ts'
import type { AlarmedFunction } from './alarmed-function.ts'
import type { SparkJob } from './spark-job.ts'
import { StateMachine } from './state-machine.ts'
import { tableRefreshDefinition } from './table-refresh-definition.ts'
import type { Grantee } from './wide-rights.ts'
import type { Workgroup } from './workgroup.ts'

export interface TableRefreshProps {
  readonly stage: StageConfig
  /** Answers `{table, date}` with the run's statements, and records what became of them. */
  readonly planner: AlarmedFunction
  readonly migrations: AlarmedFunction
  readonly workgroup: Workgroup
  readonly silverJob: SparkJob
  /** Lets the machine's statements reach the tables. */
  readonly grantTables: (grantee: Grantee) => void
  readonly key?: IKey | undefined
  /** What nobody can see or do while a table fails to refresh; it opens the alarm's text. */
  readonly impact: string
  /** How long to wait for a table that another run holds. @default Duration.hours(1) */
  readonly patience?: Duration
}

/**
 * Rebuilds one table for one day: Plan ▶ Build ▶ Check ▶ Publish (the field's write-audit-publish). One state machine
 * serves every table; an execution is named `<table>-<date>-<run>` and is rerun from the console with its own input,
 * `{"table": "gold.ohlc_daily", "date": "2026-11-20"}`. Where any step fails, readers keep the table as it was.
 */
export class TableRefresh extends Construct implements Watched {
  readonly stateMachine: StateMachine
  readonly alarms: readonly AlarmSpec[]

  constructor(scope: Construct, id: string, props: TableRefreshProps) {
    super(scope, id)
    const { stage, planner, migrations, workgroup } = props
    const patience = props.patience ?? Duration.hours(1)
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stage,
      key: props.key,
      name: 'table-refresh',
      // The wait for the table, and the longest that all steps together may take.
      timeout: patience.plus(Duration.hours(4)),
      definition: tableRefreshDefinition({
        partition: Stack.of(this).partition,
        planner: planner.fn.functionArn,
        migrations: migrations.fn.functionArn,
        workgroup: workgroup.workgroupName,
        leasePause: stage.lake.leasePause,
        patience: patience.toSeconds(),
      }),
    })
    for (const fn of [planner, migrations]) fn.grantInvoke(this.stateMachine)
    workgroup.grantRun(this.stateMachine)
    props.silverJob.grantRun(this.stateMachine)
    props.grantTables(this.stateMachine)
    this.alarms = this.stateMachine.metricFailures().map(({ what, metric }) => ({
      name: `table-refresh-${what}`,
      metric,
      threshold: 1,
      impact: props.impact,
      runbook: 'refresh-failing',
    }))
  }
}
