import { type AnyEvent, type EventDefinition, fieldsOf } from '#domain/events/define-event.ts'
import { toAvro } from '#domain/events/to-avro.ts'
import { toJson } from '#domain/events/to-zod.ts'
import { avroTypeOf } from './avro-type.ts'
import { header, schemaIdOf } from './frame.ts'

/** An event to the bytes that travel. @throws TypeError where a value is not of its field's type */
export type Encoder = (event: AnyEvent) => Buffer

/** The encoder of a contract. */
export type EncoderFor = (definition: EventDefinition) => Encoder

/**
 * Makes the encoder of one contract: framed Avro or JSON, as the contract says.
 * @param schemaId what the registry calls the version that is written. @default derived from the schema, as where there
 * is no registry
 */
export function encoderOf(definition: EventDefinition, schemaId?: string): Encoder {
  if (definition.wire === 'json') return (event) => Buffer.from(JSON.stringify(toJson(event)))
  const schema = toAvro(definition)
  const type = avroTypeOf(schema)
  const prefix = header(schemaId ?? schemaIdOf(schema))
  const names = Object.keys(fieldsOf(definition))
  return (event) => {
    const record: Record<string, unknown> = {}
    for (const name of names) record[name] = event[name] ?? null
    return Buffer.concat([prefix, type.toBuffer(record)])
  }
}
