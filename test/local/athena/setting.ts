import { Catalogue } from '#local/bridges/athena/run/catalogue.ts'
import { Storage } from '#local/bridges/athena/run/storage.ts'
import { readStatement } from '#local/bridges/athena/sql/read-statement.ts'
import type { Setting } from '#local/bridges/athena/sql/statement.ts'

/** Nothing listens there: what is rewritten without asking anybody must not need it. */
const nowhere = 'http://127.0.0.1:1'

/** A setting in which a statement may ask neither S3 nor Glue. */
export const setting: Setting = {
  queryId: '7d3c3b5e-0000-4000-8000-000000000000',
  database: 'lake',
  resultFolder: 's3://scratch/results/',
  isLocationEnforced: false,
  catalogue: new Catalogue(nowhere),
  storage: new Storage(nowhere),
  ask: () => Promise.reject(new Error('nothing is asked here')),
}

/** What the engine is told to run for a statement. */
export async function engineSql(sql: string, changed: Partial<Setting> = {}): Promise<string[]> {
  const steps = await readStatement(sql).steps({ ...setting, ...changed })
  return steps.map((step) => ('act' in step ? 'done here' : step.sql))
}
