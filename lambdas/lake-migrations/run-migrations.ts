import { z } from 'zod'
import { LakeError } from '#domain/lake/lake-error.ts'
import { migrationLedger } from '#domain/lake/names.ts'
import type { ConditionalObjects, Lake } from '#domain/ports.ts'
import { type Change, readChange, statementsOf } from '#domain/tables/migration-statements.ts'
import { type Migration, render } from '#domain/tables/migrations.ts'
import { tokenise } from '#domain/tables/sql-tokens.ts'
import { isDone } from './is-done.ts'

/** What running migrations needs of the outside. */
export interface Migrating {
  readonly stage: string
  readonly lakeBucket: string
  readonly migrations: readonly Migration[]
  readonly lake: Lake
  /** Of the lake's bucket: the ledger stands there. */
  readonly objects: ConditionalObjects
  /** The clock, ms. */
  now(): number
}

const ledger = z.object({
  /** By the migration's id, when it had run; ISO 8601. */
  migrations: z.record(z.string(), z.string()),
})

/**
 * Runs what the folder has and the ledger has not, in order, and writes each down once it has run. Safe to run at the
 * same time as another, and after a crash between a statement and the ledger: a table or a column that is there is not
 * made again.
 * @returns the ids that it ran
 * @throws LakeError that says which file failed; earlier ones stay run, and are written down
 */
export async function runMigrations(migrating: Migrating): Promise<readonly string[]> {
  const { migrations, objects, now } = migrating
  const known = await readLedger(objects)
  const pending = migrations.filter(({ id }) => !(id in known.migrations))
  const ran: string[] = []
  for (const migration of pending) {
    await run(migration, migrating)
    await writeDown(migration.id, new Date(now()).toISOString(), objects)
    ran.push(migration.id)
  }
  return ran
}

async function run(migration: Migration, { stage, lakeBucket, lake }: Migrating): Promise<void> {
  const statements = render(migration, { stage, lakeBucket })
  for (const [at, change] of changesOf(migration).entries()) {
    const statement = statements[at]
    if (statement === undefined)
      throw new Error(`${migration.id}.sql has ${statements.length} statements, and is read as more`)
    if (await isDone(change, stage, lake)) continue
    try {
      await lake.query(statement)
    } catch (error) {
      if (!(error instanceof LakeError)) throw error
      // Another run of this function may have been quicker.
      if (await isDone(change, stage, lake)) continue
      throw new LakeError(`sql/migrations/${migration.id}.sql failed: ${error.message}`, error.queryId)
    }
  }
}

const changesOf = ({ sql }: Migration): readonly Change[] => statementsOf(tokenise(sql)).map(readChange)

const readLedger = async (objects: ConditionalObjects) => {
  const found = await objects.get(migrationLedger)
  return { migrations: {}, ...(found && ledger.parse(JSON.parse(found.text))), tag: found?.tag }
}

async function writeDown(id: string, at: string, objects: ConditionalObjects): Promise<void> {
  for (;;) {
    const { migrations, tag } = await readLedger(objects)
    if (id in migrations) return
    const text = JSON.stringify({ migrations: { ...migrations, [id]: at } }, undefined, 2)
    const wrote =
      tag === undefined
        ? await objects.create(migrationLedger, text)
        : await objects.replace(migrationLedger, text, tag)
    if (wrote) return
  }
}
