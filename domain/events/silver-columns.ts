import type { EventDefinition } from './define-event.ts'
import { type Column, toColumns } from './to-columns.ts'

/** An event that lands as rows. */
export type LandedEvent = EventDefinition & Required<Pick<EventDefinition, 'silver'>>

export const lands = (definition: EventDefinition): definition is LandedEvent => definition.silver !== undefined

/** The column of the day that a row belongs to. */
export const dayOf = ({ silver }: LandedEvent): 'trade_date' | 'event_date' =>
  silver.calendar === 'market' ? 'trade_date' : 'event_date'

/** Whether an event has both a price and a quantity, and so a notional. */
export const hasNotional = ({ fields }: EventDefinition): boolean =>
  ['price', 'quantity'].every((name) => fields[name]?.kind === 'decimal' && !fields[name].optional)

/**
 * The columns of an event's silver table, in their order: the event, what follows from it, its place in the log, its day.
 * An event that tells its schema version itself has that one column of the name.
 */
export const silverColumns = (definition: LandedEvent): readonly Column[] => [
  column('event_id', 'varchar', 'Names the event for ever.'),
  ...toColumns(definition),
  ...(hasNotional(definition) ? [notionalOf(definition)] : []),
  column('is_late', 'boolean', 'Received more than five minutes after it happened.'),
  ...('schema_version' in definition.fields
    ? []
    : [column('schema_version', 'integer', 'Version of the contract that it landed under.')]),
  column('appended_at', 'timestamp(6)', 'When the log took it; UTC.'),
  column('log_topic', 'varchar', 'Topic of its first occurrence in the log.'),
  column('log_partition', 'integer', 'Partition of its first occurrence.'),
  column('log_offset', 'varchar', 'Offset of its first occurrence, zero-padded, so that it sorts as the number does.'),
  definition.silver.calendar === 'market'
    ? column('trade_date', 'date', 'Trading day: it closes at 17:00 in New York, when the next one begins.')
    : column('event_date', 'date', 'UTC day on which it happened.'),
]

const column = (name: string, type: string, doc: string): Column => ({ name, type, doc, nullable: false })

const notionalOf = ({ fields }: EventDefinition): Column => ({
  ...column('notional', 'decimal(38,8)', 'Price × quantity, rounded once, half away from zero.'),
  ...(fields.price?.unit === undefined ? {} : { unit: fields.price.unit }),
})
