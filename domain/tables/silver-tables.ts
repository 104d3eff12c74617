import { type EventDefinition, landedFieldsOf } from '../events/define-event.ts'
import { events } from '../events/events.ts'
import type { Field } from '../events/fields.ts'
import { dayOf, type LandedEvent, lands, silverColumns } from '../events/silver-columns.ts'
import type { Check, Table } from './table.ts'

/** When a calendar's day is refreshed: a row of `sql/schedules.yml`. */
const SCHEDULE = { market: 'market_close', utc: 'utc_night' } as const

/** The silver tables: one an event that lands. @param definitions @default every contract of the platform */
export const silverTables = (definitions: readonly EventDefinition[] = events): readonly Table[] =>
  definitions.filter(lands).map(silverTable)

/** An event's silver table. Its columns are exactly what `glue/silver.py` writes by the event's contract. */
export const silverTable = (definition: LandedEvent): Table => ({
  name: `silver.${definition.silver.table}`,
  doc: `One row per ${definition.name.replaceAll('_', ' ')}. ${definition.doc}`,
  grain: ['event_id'],
  day: dayOf(definition),
  schedule: SCHEDULE[definition.silver.calendar],
  affects: 'none',
  columns: silverColumns(definition).map(({ nullable, ...column }) => column),
  checks: checksOf(definition),
  reads: ['bronze.events'],
  build: { kind: 'glue', event: definition.name },
})

const checksOf = (definition: LandedEvent): readonly Check[] =>
  Object.entries(landedFieldsOf(definition)).flatMap(([name, field]): readonly Check[] => {
    const rule = ruleOf(name, field)
    if (rule === undefined) return field.optional ? [] : [block(`${name} is not null`)]
    return [block(field.optional ? `${name} is null or ${rule}` : rule)]
  })

/** What a field's values must satisfy; a null satisfies none of it. */
function ruleOf(name: string, { positive, least, greatest, choices }: Field): string | undefined {
  if (choices !== undefined) return `${name} in (${choices.map(literal).join(', ')})`
  if (least !== undefined && greatest !== undefined) return `${name} between ${least} and ${greatest}`
  if (least !== undefined) return `${name} >= ${least}`
  if (greatest !== undefined) return `${name} <= ${greatest}`
  return positive ? `${name} > 0` : undefined
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

const block = (expect: string): Check => ({ expect, severity: 'block' })
