import { type EventDefinition, fieldsOf, LATE_AFTER_MS } from './define-event.ts'
import { type Field, type Kind, limits, mostOf } from './fields.ts'
import { dayOf, hasNotional, type LandedEvent, lands, silverColumns } from './silver-columns.ts'

/**
 * What the silver job knows of an event: all that `glue/silver.py` needs to read its bronze. As JSON it is an argument
 * of the job, so objects stand in lists only: YARN and others take two braces in a row for a variable.
 */
export interface Contract {
  readonly event: string
  readonly version: number
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
  /** The most characters of a text or token. */
  readonly most?: number
  readonly choices?: readonly string[]
  readonly positive?: true
}

const SPARK_TYPE: Readonly<Record<string, string>> = {
  varchar: 'string',
  integer: 'int',
  'timestamp(6)': 'timestamp_ntz',
}

export const toContract = (definition: LandedEvent): Contract => ({
  event: definition.name,
  version: definition.version,
  table: definition.silver.table,
  calendar: definition.silver.calendar,
  day: dayOf(definition),
  id: definition.id,
  at: definition.at,
  late_after_ms: LATE_AFTER_MS,
  digits_limit: limits.digits,
  instant_limits: [limits.from, limits.until],
  fields: Object.entries(fieldsOf(definition)).map(([name, field]) => contractField(name, field)),
  notional: hasNotional(definition) ? ['price', 'quantity'] : [],
  columns: silverColumns(definition).map(({ name, type }) => ({ name, type: SPARK_TYPE[type] ?? type })),
})

function contractField(name: string, field: Field): ContractField {
  const { kind, optional, unit, choices, positive } = field
  return {
    name,
    kind,
    optional,
    ...(unit === undefined ? {} : { unit }),
    ...(kind === 'text' || kind === 'token' ? { most: mostOf(field) } : {}),
    ...(choices === undefined ? {} : { choices }),
    ...(positive === undefined ? {} : { positive }),
  }
}

/** The job's argument `--contract`. */
export const contractArgument = (definition: LandedEvent): string => JSON.stringify(toContract(definition))

/** What belongs into `glue/contracts`, by file name: the contract of each event that lands. */
export const contractFiles = (definitions: readonly EventDefinition[]): ReadonlyMap<string, string> =>
  new Map(definitions.filter(lands).map((definition) => [`${definition.name}.json`, pretty(toContract(definition))]))

/** Indented JSON, as the formatter leaves it: a list without objects stands on one line. */
const pretty = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(/\[\s+([^[\]{}]*?)\s+\]/g, (_, items: string) => `[${items.replace(/\s*\n\s*/g, ' ')}]`)}\n`
