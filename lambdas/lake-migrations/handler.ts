import { fileURLToPath } from 'node:url'
import { Logger } from '@aws-lambda-powertools/logger'
import { AthenaLake } from '#adapters/athena/athena-lake.ts'
import { S3ConditionalObjects } from '#adapters/s3/conditional-objects.ts'
import { lakeObjects } from '#adapters/s3/connection.ts'
import { loadMigrations } from '#adapters/sql-files/load-migrations.ts'
import { setting } from '#domain/settings.ts'
import { type Migrating, runMigrations } from './run-migrations.ts'

const logger = new Logger({ serviceName: 'lake-migrations' })
const lakeBucket = setting(process.env, 'LAKE_BUCKET')
const migrating: Migrating = {
  stage: setting(process.env, 'STAGE'),
  lakeBucket,
  // Beside the module, where its bundle has it.
  migrations: loadMigrations(fileURLToPath(new URL('sql', import.meta.url))),
  lake: new AthenaLake({ workgroup: setting(process.env, 'WORKGROUP') }),
  objects: new S3ConditionalObjects(lakeObjects(process.env), lakeBucket),
  now: Date.now,
}

/** Brings published tables to what the files say. @returns the migrations that it ran, none where nothing was pending */
export async function handler(): Promise<{ readonly ran: readonly string[] }> {
  const ran = await runMigrations(migrating)
  if (ran.length > 0) logger.info('migrated', { ran })
  return { ran }
}
