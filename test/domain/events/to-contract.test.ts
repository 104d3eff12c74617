import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { events } from '#domain/events/events.ts'
import { lands } from '#domain/events/silver-columns.ts'
import { contractArgument, contractFiles, toContract } from '#domain/events/to-contract.ts'
import { silverTable } from '#domain/tables/silver-tables.ts'

const folder = new URL('../../../glue/contracts/', import.meta.url)

test('the files under glue/contracts say what the contracts say, and there are no others', () => {
  const files = contractFiles(events)
  expect(readdirSync(folder).sort()).toEqual([...files.keys()].sort())
  for (const [name, text] of files) expect(readFileSync(new URL(name, folder), 'utf8'), 'run `make docs`').toBe(text)
})

describe.each(events.filter(lands).map((definition) => ({ name: definition.name, definition })))(
  '$name',
  ({ definition }) => {
    test('no two braces stand in a row in the argument of a job', () => {
      const argument = contractArgument(definition)
      expect(argument).not.toMatch(/\{\{|\}\}/)
      expect(JSON.parse(argument)).toEqual(toContract(definition))
    })

    test('the job writes the columns of the silver table, in their order and types', () => {
      const athena: Readonly<Record<string, string>> = {
        string: 'varchar',
        int: 'integer',
        timestamp_ntz: 'timestamp(6)',
      }
      const written = toContract(definition).columns.map(({ name, type }) => ({ name, type: athena[type] ?? type }))
      expect(written).toEqual(silverTable(definition).columns.map(({ name, type }) => ({ name, type })))
    })
  },
)
