import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Refusal } from '#domain/refusal.ts'
import type { Migration } from '#domain/tables/migrations.ts'

/**
 * Reads `migrations/NNNN_<what>.sql` in the folder of the SQL, in their order.
 * @throws Refusal where a file is not named so, or the numbers do not run from 0001 on without a gap
 */
export function loadMigrations(folder: string): readonly Migration[] {
  const files = readdirSync(join(folder, 'migrations')).filter((name) => name.endsWith('.sql'))
  return files.toSorted().map((file, at) => {
    const number = String(at + 1).padStart(4, '0')
    if (!/^\d{4}_[a-z0-9_]+\.sql$/.test(file) || !file.startsWith(number)) {
      throw new Refusal(`sql/migrations/${file} is out of order: its name has to be ${number}_<what>.sql.`)
    }
    return { id: basename(file, '.sql'), sql: readFileSync(join(folder, 'migrations', file), 'utf8') }
  })
}
