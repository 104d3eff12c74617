import { type AnyEvent, type EventDefinition, fieldsOf } from '#domain/events/define-event.ts'
import { toAvro } from '#domain/events/to-avro.ts'
import { toJson } from '#domain/events/to-zod.ts'
import { avroTypeOf } from './avro-type.ts'
import { header, schemaIdOf } from './frame.ts'

/**
 * Makes the encoder of one contract: an event to the bytes that travel, framed Avro or JSON as the contract says.
 * @throws by the encoder: TypeError where a value is not of its field's type.
 */
export function encoderOf(definition: EventDefinition): (event: AnyEvent) => Buffer {
  if (definition.wire === 'json') return (event) => Buffer.from(JSON.stringify(toJson(event)))
  const schema = toAvro(definition)
  const type = avroTypeOf(schema)
  const prefix = header(schemaIdOf(schema))
  const names = Object.keys(fieldsOf(definition))
  return (event) => {
    const record: Record<string, unknown> = {}
    for (const name of names) record[name] = event[name] ?? null
    return Buffer.concat([prefix, type.toBuffer(record)])
  }
}
