import { parseDecimal } from '#domain/decimal.ts'
import { type AnyEvent, type EventDefinition, fieldsOf } from '#domain/events/define-event.ts'
import { events } from '#domain/events/events.ts'
import type { Field } from '#domain/events/fields.ts'
import { invalidSamplesOf, sampleOf } from '#domain/events/samples.ts'
import { parserOf, toJson } from '#domain/events/to-zod.ts'

/** Where the encoder of a contract comes from: an event to the bytes that travel. */
export type EncoderOf = (definition: EventDefinition) => (event: AnyEvent) => Buffer

/** One way of being bad: no consumer accepts such a record, and each says so with this stage and code. */
export interface BadWay {
  readonly how: string
  readonly stage: 'decode' | 'contract'
  readonly code: string
  /** The bytes of that valid event, spoiled in this way. */
  readonly spoil: (event: AnyEvent) => Buffer
}

/** Every way in which a record of that contract can be bad: ways of the wire first, then each breach of the contract. */
export function badWaysOf(definition: EventDefinition, encoderOf: EncoderOf): readonly BadWay[] {
  const encode = encoderOf(definition)
  const avro = definition.wire === 'avro'
  return [
    ...anyWire(definition, encode),
    ...(avro ? framedAvro(definition, encoderOf) : jsonText(definition)),
    ...(avro ? avroBreaches(definition, encode) : jsonBreaches(definition)),
  ]
}

const decode = (how: string, code: string, spoil: BadWay['spoil']): BadWay => ({ how, stage: 'decode', code, spoil })

function anyWire(definition: EventDefinition, encode: ReturnType<EncoderOf>): readonly BadWay[] {
  return [
    decode('no value', 'empty', () => Buffer.alloc(0)),
    decode('values with commas between', 'no_frame', (event) => Buffer.from(Object.values(toJson(event)).join(','))),
    definition.wire === 'avro'
      ? decode('JSON that ends early', 'malformed', () => Buffer.from(`{"type":"${definition.name}"`))
      : decode('JSON that ends early', 'malformed', (event) => encode(event).subarray(0, -1)),
  ]
}

/**
 * The schema registry's frame: a version byte, a compression byte, sixteen bytes of the schema version's id, the body.
 * The last field, `received_at`, takes six bytes.
 */
const COMPRESSION = 1
const SCHEMA_ID = 2
const ZLIB = 5

function framedAvro(definition: EventDefinition, encoderOf: EncoderOf): readonly BadWay[] {
  const encode = encoderOf(definition)
  const changed = (event: AnyEvent, at: number, to: (byte: number) => number): Buffer => {
    const bytes = Buffer.from(encode(event))
    bytes[at] = to(bytes[at] ?? 0)
    return bytes
  }
  return [
    decode('a body said to be compressed', 'compressed', (event) => changed(event, COMPRESSION, () => ZLIB)),
    decode('a schema that nobody knows', 'unknown_schema', (event) => changed(event, SCHEMA_ID, (byte) => byte ^ 0x10)),
    decode('a body cut short', 'truncated', (event) => encode(event).subarray(0, -3)),
    decode('a body with something behind it', 'trailing_bytes', (event) =>
      Buffer.concat([encode(event), Buffer.of(1)]),
    ),
    ...foreign(definition, encoderOf),
  ]
}

function jsonText(definition: EventDefinition): readonly BadWay[] {
  const text = (json: unknown): Buffer => Buffer.from(JSON.stringify(json))
  return [
    decode('JSON with something behind it', 'malformed', (event) => Buffer.concat([text(toJson(event)), text({})])),
    decode('a type that nobody knows', 'foreign_event', (event) => text({ ...toJson(event), type: 'unheard_of' })),
    ...foreign(definition, () => (event) => text(toJson(event))),
  ]
}

/** A valid event of the same wire that belongs to another topic. */
function foreign(definition: EventDefinition, encoderOf: EncoderOf): readonly BadWay[] {
  const other = events.find(({ topic, wire }) => topic !== definition.topic && wire === definition.wire)
  if (other === undefined) return []
  const parsed = parserOf(other, 'json')(sampleOf(other, () => 0.5))
  if (!('event' in parsed)) throw new Error(`a sample of ${other.name} is refused: ${parsed.refused.reason}`)
  const bytes = encoderOf(other)(parsed.event)
  return [decode('an event of another topic', 'foreign_event', () => bytes)]
}

/** The breaches of a contract, each as the one value that makes it. */
function breachesOf(definition: EventDefinition) {
  // Made from an empty sample, each holds nothing but the field that it breaks.
  return invalidSamplesOf(definition, {}).flatMap(({ name: how, code, sample }) =>
    Object.entries(sample).map(([name, value]) => ({ how, code, name, value })),
  )
}

const jsonBreaches = (definition: EventDefinition): readonly BadWay[] =>
  breachesOf(definition).map(({ how, code, name, value }) => ({
    how,
    stage: 'contract',
    code,
    spoil: (event) => Buffer.from(JSON.stringify({ ...toJson(event), [name]: value })),
  }))

/** Of the breaches, those that Avro can carry: it has no place for what is missing or of another type. */
function avroBreaches(definition: EventDefinition, encode: ReturnType<EncoderOf>): readonly BadWay[] {
  const fields = fieldsOf(definition)
  return breachesOf(definition).flatMap(({ how, code, name, value }): readonly BadWay[] => {
    const field = fields[name]
    const carried = field && avroValue(field, value)
    if (carried === undefined) return []
    return [{ how, stage: 'contract', code, spoil: (event) => encode({ ...event, [name]: carried }) }]
  })
}

/** The value as Avro carries it; undefined where it cannot. */
function avroValue({ kind }: Field, value: unknown): string | number | bigint | undefined {
  switch (kind) {
    case 'text':
    case 'token':
      return typeof value === 'string' ? value : undefined
    case 'decimal':
      return typeof value === 'string' ? parseDecimal(value) : undefined
    case 'integer':
    case 'instant':
      return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
    case 'flag':
    case 'choice':
      return undefined
    default:
      return kind satisfies never
  }
}
