import { ArnFormat, CfnOutput, Duration, Validations } from 'aws-cdk-lib'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { Schedule as Rate, Rule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { migrationLedger, prefixes } from '#domain/lake/names.ts'
import type { Schedule } from '#domain/tables/schedules.ts'
import type { Table } from '#domain/tables/table.ts'
import type { AlarmSpec, Watched } from '../constructs/alarm-spec.ts'
import { AlarmedFunction } from '../constructs/alarmed-function.ts'
import { customerKey } from '../constructs/customer-key.ts'
import { ParquetDelivery } from '../constructs/parquet-delivery.ts'
import { Refresh } from '../constructs/refresh.ts'
import { RefreshSchedule } from '../constructs/refresh-schedule.ts'
import { asQueue } from '../constructs/seen-as.ts'
import { SparkJob } from '../constructs/spark-job.ts'
import { TableRefresh } from '../constructs/table-refresh.ts'
import { type Grantee, grantWide } from '../constructs/wide-rights.ts'
import { Workgroup } from '../constructs/workgroup.ts'
import type { StageConfig } from '../stage.ts'
import type { LakeStack } from './lake-stack.ts'
import { PlatformStack } from './platform-stack.ts'
import type { StreamsStack } from './streams-stack.ts'

export interface ColdPathStackProps {
  readonly stage: StageConfig
  readonly streams: StreamsStack
  readonly lake: LakeStack
  readonly tables: readonly Table[]
  readonly schedules: readonly Schedule[]
}

/** The folder of tables, schedules and migrations, which functions read beside their code. */
const SQL = 'sql'

/** From topics to bronze, and from bronze to tables that are rebuilt by the day, checked, and published whole. */
export class ColdPathStack extends PlatformStack implements Watched {
  readonly alarms: AlarmSpec[] = []
  private readonly stage: StageConfig
  private readonly key: IKey | undefined
  private readonly lake: LakeStack

  constructor(scope: Construct, id: string, { stage, streams, lake, tables, schedules }: ColdPathStackProps) {
    super(scope, id, { stage, description: 'landing and refreshes' })
    this.addStackDependency(lake)
    this.stage = stage
    this.lake = lake
    this.key = customerKey(this, { stage, purpose: 'cold-path' })
    this.addLanding(streams)
    this.addRefresh(tables, schedules)
    new Workgroup(this, 'Analysts', {
      stage,
      name: 'analysts',
      description: 'What people and their dashboards ask, a bounded amount a statement.',
      results: lake.results,
      enforced: true,
      readLimit: stage.lake.readLimit,
    })
  }

  private addLanding(streams: StreamsStack): void {
    const { stage, key, lake } = this
    const deliver = (id: string, name: 'bronze' | 'quarantine', impact: string) =>
      new ParquetDelivery(this, id, {
        stage,
        key: lake.key,
        name,
        table: name === 'bronze' ? lake.events : lake.quarantine,
        bucket: lake.lake,
        prefix: prefixes[name],
        grantTable: (grantee) => lake.grantSchemas(grantee),
        impact,
      })
    const bronze = deliver('Bronze', 'bronze', 'Tables miss the newest events: what arrived is not in the lake yet.')
    const quarantine = deliver(
      'Quarantine',
      'quarantine',
      'Records that could not be read are not shown to whoever repairs them.',
    )
    const props = {
      stage,
      key,
      memory: 1024,
      environment: {
        BRONZE_STREAM: bronze.streamName,
        QUARANTINE_STREAM: quarantine.streamName,
        LAKE_BUCKET: lake.lake.bucketName,
        ...streams.schemas.environment,
      },
    }
    const landing = new AlarmedFunction(this, 'Landing', {
      ...props,
      name: 'lake-landing',
      description: 'Lands every record in bronze, or in quarantine with the reason.',
      impact: 'Tables miss the newest events: they wait in their topics, at most seven days.',
      runbook: 'lake-landing-failing',
      timeout: Duration.minutes(2),
    })
    streams.schemas.grantRead(landing)
    for (const topic of streams.topics) {
      topic.addConsumer(landing, {
        impact: 'Tables are older than they should be: events wait in their topics for more than a quarter of an hour.',
        runbook: 'lake-landing-lag',
        batchSize: 10_000,
        batchWindow: Duration.seconds(stage.lake.landingWindow),
        toleratedLag: Duration.minutes(15),
      })
    }
    const redrive = new AlarmedFunction(this, 'Redrive', {
      ...props,
      name: 'lake-redrive',
      description: 'Delivers again what Firehose could not, and quarantines what it never can.',
      impact: 'Tables miss events that Firehose could not write; they are kept for thirty days.',
      runbook: 'lake-redrive-failing',
      timeout: Duration.minutes(10),
      // Two at once would deliver the same objects twice.
      concurrency: 1,
      throttlesByDesign: true,
    })
    streams.schemas.grantWrite(redrive)
    for (const fn of [landing, redrive]) {
      bronze.grantPut(fn)
      quarantine.grantPut(fn)
      lake.lake.grantObjects(fn, ['read', 'write'], [prefixes.large])
    }
    lake.lake.grantObjects(redrive, ['read', 'write', 'remove'], [prefixes.errors])
    redrive.fn.configureAsyncInvoke({ maxEventAge: Duration.minutes(5), retryAttempts: 0 })
    new Rule(this, 'EveryFiveMinutes', {
      description: 'Looks for what Firehose could not deliver.',
      schedule: Rate.rate(Duration.minutes(5)),
      targets: [new LambdaFunction(redrive.fn, { maxEventAge: Duration.minutes(5), retryAttempts: 0 })],
    })
    this.alarms.push(...[bronze, quarantine, landing, redrive].flatMap(({ alarms }) => alarms))
    new CfnOutput(this, 'LandingFunction', { value: landing.fn.functionName })
  }

  private addRefresh(tables: readonly Table[], schedules: readonly Schedule[]): void {
    const { stage, key, lake } = this
    const workgroup = new Workgroup(this, 'Builds', {
      stage,
      name: 'builds',
      description: 'Candidates, checks, publishes and migrations.',
      results: lake.results,
      enforced: false,
    })
    const silverJob = this.addSilver()
    const planner = this.addPlanner(workgroup, silverJob.jobName)
    const migrations = this.addMigrations(workgroup)
    const tableRefresh = new TableRefresh(this, 'TableRefresh', {
      stage,
      key,
      planner,
      migrations,
      workgroup,
      silverJob,
      grantTables: (grantee) => this.grantBuilds(grantee),
      impact: 'A table keeps its last published state, and shows nothing that came later.',
    })
    const refresh = new Refresh(this, 'Refresh', {
      stage,
      key,
      planner,
      migrations,
      tableRefresh,
      impact: 'Some tables keep their last published state, and so do those that read them.',
    })
    this.addSchedules(refresh, tables, schedules)
    this.alarms.push(...[planner, migrations, tableRefresh, refresh].flatMap(({ alarms }) => alarms))
    new CfnOutput(this, 'RefreshMachine', { value: refresh.stateMachine.machine.stateMachineArn })
    new CfnOutput(this, 'TableRefreshMachine', { value: tableRefresh.stateMachine.machine.stateMachineArn })
  }

  /** Lets somebody build candidates from published tables, and publish them. */
  private grantBuilds(grantee: Grantee): void {
    this.lake.grantRead(grantee)
    this.lake.grantCandidates(grantee)
    this.lake.grantPublish(grantee)
  }

  private addSilver(): SparkJob {
    const { stage, lake } = this
    const job = new SparkJob(this, 'Silver', {
      stage,
      key: lake.key,
      name: 'silver',
      description: "Builds a day's candidate of one silver table from bronze.",
      script: 'glue/silver.py',
      warehouse: lake.candidates,
      concurrency: 2 * stage.lake.concurrency,
    })
    lake.grantRead(job, ['bronze'])
    lake.grantCandidates(job)
    return job
  }

  private addPlanner(workgroup: Workgroup, silverJob: string): AlarmedFunction {
    const { stage, key, lake } = this
    const planner = new AlarmedFunction(this, 'Planner', {
      stage,
      key,
      name: 'refresh-planner',
      description: 'Plans what a refresh runs, holds the lease of its table, and records what became of it.',
      impact: 'No table is refreshed: all keep their last published state.',
      runbook: 'refresh-failing',
      timeout: Duration.minutes(4),
      // A table that another run holds, or a wrong date, is an answer: the execution that asked fails or waits.
      errorsByDesign: true,
      folders: [SQL],
      environment: {
        LAKE_BUCKET: lake.lake.bucketName,
        SCRATCH_BUCKET: lake.scratch.bucketName,
        WORKGROUP: workgroup.workgroupName,
        SILVER_JOB: silverJob,
      },
    })
    workgroup.grantRun(planner)
    workgroup.grantStopOthers(planner)
    lake.grantRead(planner, ['bronze', 'ops'])
    lake.grantCandidates(planner)
    lake.lake.grantObjects(planner, ['read', 'write'], [prefixes.leases, prefixes.runs])
    this.grantExecutionStates(planner)
    return planner
  }

  /** Lets the planner see whether the holder of a lease is still at work. */
  private grantExecutionStates(planner: AlarmedFunction): void {
    grantWide(
      planner,
      ['states:DescribeExecution'],
      [
        this.formatArn({
          service: 'states',
          resource: 'execution',
          resourceName: `lodestream-${this.stage.name}-table-refresh:*`,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      'Executions are named when they are started; the machine is named.',
    )
  }

  private addMigrations(workgroup: Workgroup): AlarmedFunction {
    const { stage, key, lake } = this
    const migrations = new AlarmedFunction(this, 'Migrations', {
      stage,
      key,
      name: 'lake-migrations',
      description: 'Creates and alters published tables, each migration once.',
      impact: 'No table is refreshed until its columns are as the files say.',
      runbook: 'refresh-failing',
      timeout: Duration.minutes(14),
      errorsByDesign: true,
      folders: [SQL],
      environment: { LAKE_BUCKET: lake.lake.bucketName, WORKGROUP: workgroup.workgroupName },
    })
    workgroup.grantRun(migrations)
    lake.grantPublish(migrations)
    lake.lake.grantObjects(migrations, ['read', 'write'], [migrationLedger])
    return migrations
  }

  private addSchedules({ stateMachine }: Refresh, tables: readonly Table[], schedules: readonly Schedule[]): void {
    const failures = new Queue(this, 'NotStarted', {
      queueName: `lodestream-${this.stage.name}-refresh-not-started`,
      retentionPeriod: Duration.days(14),
      enforceSSL: true,
      ...(this.key
        ? { encryption: QueueEncryption.KMS, encryptionMasterKey: this.key }
        : { encryption: QueueEncryption.SQS_MANAGED }),
    })
    Validations.of(failures).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is a dead-letter queue itself, and people read it.',
    })
    for (const schedule of schedules) {
      if (!tables.some((table) => table.schedule === schedule.name)) continue
      new RefreshSchedule(this, `At-${schedule.name}`, {
        stage: this.stage,
        schedule,
        refresh: stateMachine,
        failures: asQueue(failures),
      })
    }
    this.alarms.push({
      name: 'refresh-not-started',
      metric: failures.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
        statistic: Stats.MAXIMUM,
      }),
      threshold: 1,
      impact: 'The tables of a schedule were not refreshed, and stay as they were until its next hour.',
      runbook: 'refresh-not-started',
    })
  }
}
