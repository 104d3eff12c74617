import { textLiteral } from '#domain/lake/literals.ts'
import { databaseOf } from '#domain/lake/names.ts'
import type { Lake } from '#domain/ports.ts'
import type { Change } from '#domain/tables/migration-statements.ts'
import type { Layer } from '#domain/tables/table.ts'

/** Whether the catalogue already has what a statement would change: then it has run, and nobody wrote it down. */
export async function isDone(change: Change, stage: string, lake: Lake): Promise<boolean> {
  const columns = await columnsOf(change.table, stage, lake)
  switch (change.kind) {
    case 'create':
      return columns.size > 0
    case 'add':
      return change.columns.every(({ name }) => columns.has(name))
    case 'drop':
      return columns.size > 0 && !columns.has(change.column)
    case 'change':
      // A column that keeps its name may get its type twice; one that has lost its name may not.
      return !columns.has(change.column) && columns.has(change.to.name)
    default:
      throw new Error(`${JSON.stringify(change satisfies never)} is no change`)
  }
}

async function columnsOf(table: Change['table'], stage: string, lake: Lake): Promise<ReadonlySet<string>> {
  const [layer, name = ''] = table.split('.') as [Layer, string]
  const rows = await lake.query(
    `SELECT column_name FROM information_schema.columns
WHERE table_schema = ${textLiteral(databaseOf(stage, layer))} AND table_name = ${textLiteral(name)}`,
  )
  return new Set(rows.map(({ column_name }) => column_name ?? ''))
}
