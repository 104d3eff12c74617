import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadTables } from '#adapters/sql-files/load-tables.ts'
import { events } from '#domain/events/events.ts'
import { brokenBy } from '#domain/events/evolution.ts'
import { landedContract } from '#domain/events/landed-contract.ts'
import { lands } from '#domain/events/silver-columns.ts'
import { contractFiles, toContract } from '#domain/events/to-contract.ts'
import { toDocs } from '#domain/events/to-docs.ts'
import { metrics } from '#domain/metrics/metrics.ts'
import { toPage as metricsPage } from '#domain/metrics/to-page.ts'
import { Refusal } from '#domain/refusal.ts'
import { toPage } from '#domain/tables/to-page.ts'
import { showFailure } from './terminal.ts'

/**
 * Writes what follows from the contracts and the tables: the pages under docs/data, and glue/contracts. Nothing is
 * written where a contract breaks what has landed: it says what for whom, and how to do it instead.
 */
try {
  const contracts = new URL('../glue/contracts/', import.meta.url)
  mkdirSync(contracts, { recursive: true })
  const landed = readdirSync(contracts).map((file) =>
    landedContract(file, readFileSync(new URL(file, contracts), 'utf8')),
  )
  const broken = brokenBy(
    new Map(landed.map((contract) => [contract.event, contract])),
    new Map(events.filter(lands).map((definition) => [definition.name, toContract(definition)])),
  )
  if (broken.length > 0) throw new Refusal(broken.join('\n  '))
  for (const [file, text] of contractFiles(events)) writeFileSync(new URL(file, contracts), text)

  const folder = new URL('../docs/data/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  for (const definition of events) writeFileSync(new URL(`${definition.name}.md`, folder), toDocs(definition))
  writeFileSync(new URL('metrics.md', folder), metricsPage(metrics))
  for (const table of loadTables(fileURLToPath(new URL('../sql', import.meta.url)))) {
    writeFileSync(new URL(`${table.name}.md`, folder), toPage(table))
  }
} catch (error) {
  showFailure(error)
}
