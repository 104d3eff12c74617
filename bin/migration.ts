import { writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadMigrations } from '#adapters/sql-files/load-migrations.ts'
import { loadTables } from '#adapters/sql-files/load-tables.ts'
import { Refusal } from '#domain/refusal.ts'
import { missing } from '#domain/tables/migrations.ts'
import { showFailure } from './terminal.ts'

/** Writes the next file of sql/migrations: what published tables lack of what is declared. Its argument says what. */
try {
  const folder = fileURLToPath(new URL('../sql', import.meta.url))
  const migrations = loadMigrations(folder)
  const statements = missing(loadTables(folder), migrations)
  const [what = 'tables'] = process.argv.slice(2)
  if (!/^[a-z0-9_]+$/.test(what)) {
    throw new Refusal(`"${what}" cannot be part of a file's name: say in small letters, digits and _ what changes.`)
  }
  if (statements.length === 0) process.stdout.write('Nothing is missing: the migrations make what is declared.\n')
  else {
    const file = `${folder}/migrations/${String(migrations.length + 1).padStart(4, '0')}_${what}.sql`
    writeFileSync(file, `${statements.join(';\n\n')};\n`, { flag: 'wx' })
    process.stdout.write(`Wrote ${relative(process.cwd(), file)}: read it, then commit it.\n`)
  }
} catch (error) {
  showFailure(error)
}
