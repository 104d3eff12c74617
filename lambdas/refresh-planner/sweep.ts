import { textLiteral } from '#domain/lake/literals.ts'
import { databaseOf } from '#domain/lake/names.ts'
import { dropStatement } from '#domain/tables/candidate-statements.ts'
import { livingHolders } from './lease.ts'
import type { Planner } from './planner.ts'

/** Drops the candidates that no living run holds, and gives the tables of dead runs free. @returns what it dropped */
export async function sweep(planner: Planner): Promise<{ readonly dropped: readonly string[] }> {
  const { stage, lake } = planner
  // Candidates first: one that is made after this look is not seen, and one that is seen has its lease already.
  const rows = await lake.query(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = ${textLiteral(databaseOf(stage, 'candidates'))}`,
  )
  const living = new Set((await livingHolders(planner)).map(({ candidate }) => candidate))
  const dead = rows.map(({ table_name }) => table_name ?? '').filter((candidate) => !living.has(candidate))
  for (const candidate of dead) await lake.query(dropStatement({ stage, candidate }))
  return { dropped: dead }
}
