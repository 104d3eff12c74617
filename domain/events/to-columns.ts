import { type EventDefinition, landedFieldsOf } from './define-event.ts'
import type { Kind } from './fields.ts'

/** A column of the event's silver table. */
export interface Column {
  readonly name: string
  /** Athena's own type name. */
  readonly type: string
  readonly unit?: string
  readonly doc: string
  readonly nullable: boolean
}

const TYPE: Readonly<Record<Kind, string>> = {
  text: 'varchar',
  token: 'varchar',
  decimal: 'decimal(38,8)',
  integer: 'bigint',
  instant: 'timestamp(6)',
  flag: 'boolean',
  choice: 'varchar',
}

/** The event's own columns in the order of its fields, `received_at` last; instants are UTC timestamps. */
export const toColumns = (definition: EventDefinition): readonly Column[] =>
  Object.entries(landedFieldsOf(definition)).map(([name, { kind, unit, doc, optional }]) => ({
    name,
    type: TYPE[kind],
    ...(unit === undefined || kind === 'instant' ? {} : { unit }),
    doc,
    nullable: optional,
  }))
