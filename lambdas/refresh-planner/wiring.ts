import { AthenaLake } from '#adapters/athena/athena-lake.ts'
import { AthenaStatements } from '#adapters/athena/athena-statements.ts'
import { S3ConditionalObjects } from '#adapters/s3/conditional-objects.ts'
import { lakeObjects } from '#adapters/s3/connection.ts'
import { loadSchedules } from '#adapters/sql-files/load-schedules.ts'
import { loadTables } from '#adapters/sql-files/load-tables.ts'
import { StepFunctionsExecutions } from '#adapters/stepfunctions/executions.ts'
import { setting } from '#domain/settings.ts'
import type { Planner } from './planner.ts'

/**
 * What the planner is made of, built once a container.
 * @param sql the folder of tables and schedules
 * @throws Refusal where the environment or a file is wrong
 */
export function wirePlanner(environment: Readonly<Record<string, string | undefined>>, sql: string): Planner {
  const of = (name: string) => setting(environment, name)
  const lakeBucket = of('LAKE_BUCKET')
  const workgroup = of('WORKGROUP')
  return {
    stage: of('STAGE'),
    tables: loadTables(sql),
    schedules: loadSchedules(sql).map(({ name }) => name),
    lake: new AthenaLake({ workgroup }),
    statements: new AthenaStatements(workgroup),
    objects: new S3ConditionalObjects(lakeObjects(environment), lakeBucket),
    executions: new StepFunctionsExecutions(),
    lakeBucket,
    scratchBucket: of('SCRATCH_BUCKET'),
    silverJob: of('SILVER_JOB'),
    now: Date.now,
  }
}
