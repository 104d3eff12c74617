import { type EventDefinition, LATE_AFTER_MS, landedFieldsOf } from './define-event.ts'
import { type Field, type Kind, limits, mostOf } from './fields.ts'
import { dayOf, hasNotional, type LandedEvent, lands, silverColumns } from './silver-columns.ts'

/**
 * What the silver job knows of an event: all that `glue/silver.py` needs to read its bronze. As JSON it is an argument
 * of the job, so objects stand in lists only: YARN and others take two braces in a row for a variable.
 */
export interface Contract {
  readonly event: string
  readonly version: number
  readonly topic: string
  readonly wire: 'avro' | 'json'
  /** The field by which the topic is partitioned. */
  readonly key: string
  /** The silver table, without its layer. */
  readonly table: string
  readonly calendar: 'market' | 'utc'
  /** The column of the day. */
  readonly day: string
  readonly id: readonly string[]
  readonly at: string
  readonly late_after_ms: number
  readonly digits_limit: number
  /** The first instant, ms, and the one after the last. */
  readonly instant_limits: readonly [number, number]
  /** Fields as they stand in a payload. */
  readonly fields: readonly ContractField[]
  /** The fields whose product is `notional`; none where the event has none. */
  readonly notional: readonly string[]
  /** Columns of the silver table in their order, with Spark's own type names. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

export interface ContractField {
  readonly name: string
  readonly kind: Kind
  readonly optional: boolean
  /** What it is counted in, where it is counted. */
  readonly unit?: string
  /** The most characters of a text. */
  readonly most?: number
  readonly choices?: readonly string[]
  readonly positive?: true
  /** The least and the greatest of a number, both included. */
  readonly least?: number
  readonly greatest?: number
  /** It does not travel: where the event is decoded, it is looked up by that field. */
  readonly looked_up_by?: string
}

const SPARK_TYPE: Readonly<Record<string, string>> = {
  varchar: 'string',
  integer: 'int',
  'timestamp(6)': 'timestamp_ntz',
}

export const toContract = (definition: LandedEvent): Contract => ({
  event: definition.name,
  version: definition.version,
  topic: definition.topic,
  wire: definition.wire,
  key: definition.key,
  table: definition.silver.table,
  calendar: definition.silver.calendar,
  day: dayOf(definition),
  id: definition.id,
  at: definition.at,
  late_after_ms: LATE_AFTER_MS,
  digits_limit: limits.digits,
  instant_limits: [limits.from, limits.until],
  fields: Object.entries(landedFieldsOf(definition)).map(([name, field]) => contractField(name, field)),
  notional: hasNotional(definition) ? ['price', 'quantity'] : [],
  columns: silverColumns(definition).map(({ name, type }) => ({ name, type: SPARK_TYPE[type] ?? type })),
})

function contractField(name: string, field: Field): ContractField {
  const { kind, optional, unit, choices, positive, least, greatest, lookup } = field
  return {
    name,
    kind,
    optional,
    ...(unit === undefined ? {} : { unit }),
    ...(kind === 'text' ? { most: mostOf(field) } : {}),
    ...(choices === undefined ? {} : { choices }),
    ...(positive === undefined ? {} : { positive }),
    ...(least === undefined ? {} : { least }),
    ...(greatest === undefined ? {} : { greatest }),
    ...(lookup === undefined ? {} : { looked_up_by: lookup.by }),
  }
}

/** The job's argument `--contract`. */
export const contractArgument = (definition: LandedEvent): string => JSON.stringify(toContract(definition))

/** What belongs into `glue/contracts`, by file name: the contract of each event that lands. */
export const contractFiles = (definitions: readonly EventDefinition[]): ReadonlyMap<string, string> =>
  new Map(definitions.filter(lands).map((definition) => [`${definition.name}.json`, pretty(toContract(definition))]))

/** Characters of a line of the formatter's. */
const LINE = 120

/** Indented JSON, as the formatter leaves it: a list without objects stands on one line, where it fits. */
function pretty(value: unknown): string {
  const indented = JSON.stringify(value, null, 2)
  const shortened = indented.replace(
    /\[\s+([^[\]{}]*?)\s+\](,?)/g,
    (list, items: string, comma: string, at: number) => {
      const line = `[${items.replace(/\s*\n\s*/g, ' ')}]${comma}`
      const before = at - indented.lastIndexOf('\n', at) - 1
      return before + line.length > LINE ? list : line
    },
  )
  return `${shortened}\n`
}
