import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { loadTables } from '#adapters/sql-files/load-tables.ts'
import { toPage } from '#domain/tables/to-page.ts'

const tables = loadTables(fileURLToPath(new URL('../../../sql', import.meta.url))).map((table) => ({
  name: table.name,
  table,
}))

test.each(tables)('the page of $name under docs/data says what its file says', ({ name, table }) => {
  const page = readFileSync(new URL(`../../../docs/data/${name}.md`, import.meta.url), 'utf8')
  expect(page, 'run `make docs`').toBe(toPage(table))
})
