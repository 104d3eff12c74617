import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadTables } from '#adapters/sql-files/load-tables.ts'
import { events } from '#domain/events/events.ts'
import { contractFiles } from '#domain/events/to-contract.ts'
import { toDocs } from '#domain/events/to-docs.ts'
import { toPage } from '#domain/tables/to-page.ts'

/** Writes what follows from the contracts and the tables: the pages under docs/data, and glue/contracts. */
const folder = new URL('../docs/data/', import.meta.url)
mkdirSync(folder, { recursive: true })
for (const definition of events) {
  writeFileSync(new URL(`${definition.name}.md`, folder), toDocs(definition))
}
for (const table of loadTables(fileURLToPath(new URL('../sql', import.meta.url)))) {
  writeFileSync(new URL(`${table.name}.md`, folder), toPage(table))
}
const contracts = new URL('../glue/contracts/', import.meta.url)
mkdirSync(contracts, { recursive: true })
for (const [file, text] of contractFiles(events)) writeFileSync(new URL(file, contracts), text)
