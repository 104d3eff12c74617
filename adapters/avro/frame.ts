import { createHash } from 'node:crypto'
import type { AvroSchema } from '#domain/events/to-avro.ts'

/**
 * The Glue Schema Registry's frame: a version byte, a compression byte, and the sixteen bytes of the schema version's id,
 * then the Avro body (aws-glue-schema-registry, `AWSSchemaRegistryConstants`).
 */
const HEADER_VERSION = 3
const UNCOMPRESSED = 0
export const HEADER_BYTES = 18

/** The first bytes of every event that was written with that schema version. */
export function header(schemaId: string): Buffer {
  return Buffer.concat([Buffer.of(HEADER_VERSION, UNCOMPRESSED), Buffer.from(schemaId.replaceAll('-', ''), 'hex')])
}

export type Framed =
  | { readonly schemaId: string; readonly body: Buffer }
  | { readonly code: string; readonly reason: string }

/** Takes a frame apart, or says what is wrong with it. */
export function unframe(value: Uint8Array): Framed {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (bytes.length === 0) return { code: 'empty', reason: 'the record has no value' }
  if (bytes.length < HEADER_BYTES)
    return { code: 'no_frame', reason: `${bytes.length} bytes are too few for the schema registry's frame` }
  if (bytes[0] !== HEADER_VERSION)
    return { code: 'no_frame', reason: `its first byte is ${bytes[0]} and not ${HEADER_VERSION}: it is not framed` }
  if (bytes[1] !== UNCOMPRESSED)
    return {
      code: 'compressed',
      reason: `its frame says compression ${bytes[1]}; only uncompressed bodies are written here`,
    }
  return { schemaId: uuid(bytes.toString('hex', 2, HEADER_BYTES)), body: bytes.subarray(HEADER_BYTES) }
}

/**
 * The id of a schema version where there is no registry, as in tests of a single function: derived from the schema itself,
 * so that whoever has the contract knows it. A registry gives ids of its own, by chance, and knows none of these.
 */
export const schemaIdOf = (schema: AvroSchema): string =>
  uuid(createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 32))

const uuid = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
