import { type AnyEvent, type EventDefinition, idOf, timeOf } from '#domain/events/define-event.ts'
import { enricherOf } from '#domain/events/enrich.ts'
import { events } from '#domain/events/events.ts'
import { refusalIn } from '#domain/events/refusal-record.ts'
import { type AvroSchema, toAvro } from '#domain/events/to-avro.ts'
import { type Parsed, parserOf } from '#domain/events/to-zod.ts'
import type { DecodeBatch, DecodedBatch, LogRecord, RecordedEvent, RejectedRecord } from '#domain/ports.ts'
import { avroTypeOf } from './avro-type.ts'
import { schemaIdOf, unframe } from './frame.ts'

/** Resolves a writer's schema: undefined where nobody knows the id; rejects where the registry cannot answer. */
export type SchemaOf = (schemaId: string) => Promise<AvroSchema | undefined>

type Outcome = { readonly event: AnyEvent; readonly definition: EventDefinition } | Omit<RejectedRecord, 'record'>

/**
 * The schemas of the contracts that this build knows, by ids derived from them: for where there is no registry, as in tests
 * of a single function.
 */
const known = new Map(
  events
    .filter(({ wire }) => wire === 'avro')
    .map(toAvro)
    .map((schema) => [schemaIdOf(schema), schema]),
)
export const contractSchemas: SchemaOf = async (schemaId) => known.get(schemaId)

/** @param schemaOf where writer schemas come from; each id is asked for once. @default the contracts of this build */
export function decoder(schemaOf: SchemaOf = contractSchemas): DecodeBatch {
  const readers = new Map<string, Promise<AvroReader | undefined>>()
  const readerOf = (schemaId: string): Promise<AvroReader | undefined> => {
    const held = readers.get(schemaId)
    if (held !== undefined) return held
    const asked = schemaOf(schemaId).then((schema) => (schema === undefined ? undefined : new AvroReader(schema)))
    readers.set(schemaId, asked)
    // Neither an unanswered question nor an unknown id is remembered: the registry may know it in a minute.
    asked.then(
      (reader) => reader ?? readers.delete(schemaId),
      () => readers.delete(schemaId),
    )
    return asked
  }

  return async (records) => {
    const accepted: RecordedEvent[] = []
    const rejected: RejectedRecord[] = []
    let latest: { readonly schemaId: string; readonly reader: AvroReader } | undefined
    for (const record of records) {
      const framed = record.value[0] === JSON_BRACE ? undefined : unframe(record.value)
      let outcome: Outcome
      if (framed === undefined) outcome = decodeJson(record)
      else if ('code' in framed) outcome = { stage: 'decode', ...framed }
      else {
        if (latest?.schemaId !== framed.schemaId) {
          const reader = await readerOf(framed.schemaId)
          latest = reader && { schemaId: framed.schemaId, reader }
        }
        outcome =
          latest === undefined ? unknownSchema(framed.schemaId) : latest.reader.decode(record.topic, framed.body)
      }
      if ('definition' in outcome) {
        const { event, definition } = outcome
        accepted.push({ event, id: idOf(definition, event), at: timeOf(definition, event), record })
      } else rejected.push({ record, ...outcome })
    }
    return { events: accepted, rejected } satisfies DecodedBatch
  }
}

/** Decodes with the contracts of this build. */
export const decodeRecords: DecodeBatch = decoder()

const JSON_BRACE = '{'.charCodeAt(0)

const unknownSchema = (schemaId: string): Outcome => ({
  stage: 'decode',
  code: 'unknown_schema',
  reason: `no schema version ${schemaId} is registered`,
})

/** Reads bodies that one schema version wrote as the contract of today. */
class AvroReader {
  readonly #name: string
  readonly #contract: Contract | undefined

  constructor(writer: AvroSchema) {
    this.#name = writer.name
    const definition = events.find(({ name }) => name === writer.name)
    this.#contract = definition && { definition, parse: parserOf(definition, 'avro'), ...decoding(definition, writer) }
  }

  decode(topic: string, body: Buffer): Outcome {
    const contract = this.#contract
    if (contract === undefined || contract.definition.topic !== topic) return foreign(this.#name, topic)
    if ('unreadable' in contract) return { stage: 'decode', code: 'incompatible_schema', reason: contract.unreadable }
    try {
      const { value, offset } = contract.decode(body)
      if (offset < 0)
        return { stage: 'decode', code: 'truncated', reason: `its ${body.length} bytes end within a field` }
      if (offset < body.length)
        return { stage: 'decode', code: 'trailing_bytes', reason: `${body.length - offset} bytes follow the event` }
      return accept(contract.definition, contract.parse(value))
    } catch (error) {
      return { stage: 'decode', code: 'malformed', reason: `its body is no ${this.#name}: ${messageOf(error)}` }
    }
  }
}

type Contract = {
  readonly definition: EventDefinition
  readonly parse: (input: unknown) => Parsed
} & Decoding

type Decoding =
  | { readonly decode: (body: Buffer) => { value: unknown; offset: number } }
  | { readonly unreadable: string }

/** How bodies of that writer become today's contract. A schema that it cannot be made of would stop its partition, were it thrown. */
function decoding(definition: EventDefinition, writer: AvroSchema): Decoding {
  const type = avroTypeOf(toAvro(definition))
  try {
    const resolver = type.createResolver(avroTypeOf(writer))
    return { decode: (body) => type.decode(body, 0, resolver) }
  } catch (error) {
    return { unreadable: `what wrote it cannot be read as ${definition.name} of today: ${messageOf(error)}` }
  }
}

/** By topic and type. */
const jsonContracts = new Map(
  events
    .filter(({ wire }) => wire === 'json')
    .map((definition) => [`${definition.topic} ${definition.name}`, definition]),
)
const jsonParsers = new Map<EventDefinition, (input: unknown) => Parsed>()

function decodeJson({ topic, value }: LogRecord): Outcome {
  let input: unknown
  try {
    input = JSON.parse(Buffer.from(value).toString('utf8'))
  } catch (error) {
    return { stage: 'decode', code: 'malformed', reason: `it begins like JSON and is none: ${messageOf(error)}` }
  }
  const refusal = refusalIn(input)
  if (refusal !== undefined) return { stage: refusal.stage, code: refusal.code, reason: refusal.reason }
  const type = String((input as { type?: unknown }).type)
  const definition = jsonContracts.get(`${topic} ${type}`)
  if (definition === undefined) return foreign(type, topic)
  const parse = jsonParsers.get(definition) ?? parserOf(definition, 'json')
  jsonParsers.set(definition, parse)
  return accept(definition, parse(input))
}

const foreign = (name: string, topic: string): Outcome => ({
  stage: 'decode',
  code: 'foreign_event',
  reason: `${name} does not travel on ${topic}`,
})

const enrichers = new Map(events.map((definition) => [definition, enricherOf(definition)]))

function accept(definition: EventDefinition, parsed: Parsed): Outcome {
  if (!('event' in parsed)) return { stage: 'contract', ...parsed.refused }
  return { event: enrichers.get(definition)?.(parsed.event) ?? parsed.event, definition }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
