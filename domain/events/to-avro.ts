import { type EventDefinition, fieldsOf } from './define-event.ts'
import type { Field } from './fields.ts'

export type AvroType =
  | 'string'
  | 'long'
  | 'boolean'
  | { readonly type: 'long'; readonly logicalType: 'timestamp-millis' }
  | { readonly type: 'bytes'; readonly logicalType: 'decimal'; readonly precision: 38; readonly scale: 8 }
  | { readonly type: 'enum'; readonly name: string; readonly symbols: readonly string[] }

export interface AvroField {
  readonly name: string
  readonly type: AvroType | readonly ['null', AvroType]
  readonly doc: string
  readonly default?: null
}

/** An Avro record schema, as its JSON. */
export interface AvroSchema {
  readonly type: 'record'
  readonly name: string
  readonly namespace: 'lodestream'
  readonly doc: string
  readonly fields: readonly AvroField[]
}

/** The Avro schema of an event: its fields in order, then `received_at`. Optional fields are unions with null, which they default to. */
export const toAvro = (definition: EventDefinition): AvroSchema => ({
  type: 'record',
  name: definition.name,
  namespace: 'lodestream',
  doc: definition.doc,
  fields: Object.entries(fieldsOf(definition)).map(([name, field]) => avroField(definition.name, name, field)),
})

/** The schema as a registry keeps it: one text a contract, character for character, since that is how a registry finds it again. */
export const avroText = (definition: EventDefinition): string => JSON.stringify(toAvro(definition))

function avroField(event: string, name: string, field: Field): AvroField {
  const type = avroType(event, name, field)
  return field.optional ? { name, type: ['null', type], doc: field.doc, default: null } : { name, type, doc: field.doc }
}

function avroType(event: string, name: string, field: Field): AvroType {
  switch (field.kind) {
    case 'text':
    case 'token':
      return 'string'
    case 'decimal':
      return { type: 'bytes', logicalType: 'decimal', precision: 38, scale: 8 }
    case 'integer':
      return 'long'
    case 'instant':
      return { type: 'long', logicalType: 'timestamp-millis' }
    case 'flag':
      return 'boolean'
    case 'choice':
      return { type: 'enum', name: `${event}_${name}`, symbols: field.choices ?? [] }
    default:
      return field.kind satisfies never
  }
}
