import { AthenaClient, CreateWorkGroupCommand } from '@aws-sdk/client-athena'
import { CreateDatabaseCommand, GlueClient } from '@aws-sdk/client-glue'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { AthenaLake } from '#adapters/athena/athena-lake.ts'
import { databaseOf } from '#domain/lake/names.ts'
import type { Lake } from '#domain/ports.ts'
import { aws, startAthena } from './athena-on-trino.ts'

/** A lake of stage local, empty, behind the Athena bridge. */
export interface StartedLake {
  readonly lake: Lake
  stop(): Promise<void>
}

/** Starts Athena on Trino. The first bucket takes the results. */
export async function startLake(home: string, buckets: readonly [string, ...string[]]): Promise<StartedLake> {
  const engines = await startAthena(home)
  const storage = new S3Client({ ...aws, endpoint: engines.s3, forcePathStyle: true })
  for (const Bucket of buckets) await storage.send(new CreateBucketCommand({ Bucket }))
  const metadata = new GlueClient({ ...aws, endpoint: engines.glue })
  for (const layer of ['silver', 'gold', 'candidates'] as const) {
    await metadata.send(new CreateDatabaseCommand({ DatabaseInput: { Name: databaseOf('local', layer) } }))
  }
  const client = new AthenaClient({ ...aws, endpoint: engines.athena })
  const ResultConfiguration = { OutputLocation: `s3://${buckets[0]}/athena-results/` }
  const Configuration = { ResultConfiguration, EnforceWorkGroupConfiguration: false }
  await client.send(new CreateWorkGroupCommand({ Name: 'tables', Configuration }))
  return {
    lake: new AthenaLake({ client, workgroup: 'tables' }),
    async stop() {
      for (const each of [storage, metadata, client]) each.destroy()
      await engines.stop()
    },
  }
}
