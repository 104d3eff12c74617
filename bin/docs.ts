import { mkdirSync, writeFileSync } from 'node:fs'
import { events } from '#domain/events/events.ts'
import { toDocs } from '#domain/events/to-docs.ts'
import { Random } from '#feeds/simulated/random.ts'

/** Writes the pages under docs/data that follow from the contracts: `npm run docs`. */
const folder = new URL('../docs/data/', import.meta.url)
mkdirSync(folder, { recursive: true })
for (const definition of events) {
  const random = Random.seeded(1)
  writeFileSync(
    new URL(`${definition.name}.md`, folder),
    toDocs(definition, () => random.next()),
  )
}
