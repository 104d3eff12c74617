import { EntityNotFoundException, GetSchemaVersionCommand, type GlueClient } from '@aws-sdk/client-glue'
import type { SchemaOf } from '#adapters/avro/decode-records.ts'
import type { AvroSchema } from '#domain/events/to-avro.ts'
import { jsonOf } from '#domain/json.ts'

/**
 * For how long an id that the registry does not know is not asked for again, ms: a batch of strays asks once. A writer
 * registers its schema before it writes, so no good record waits for this.
 */
const FORGET_UNKNOWN_AFTER = 10_000

/**
 * Writers' schemas from the schema registry, by version id. What a version says never changes, so a known one is asked
 * for once in a process's life, by one call however many wait for it.
 *
 * Undefined is an id that nobody registered, a version that the registry itself refused, or what is no Avro record.
 * Rejects where the registry cannot be reached, throttles, or does not let us ask: that is no fault of a record's.
 * @param now ms. @default the machine's clock
 */
export function registrySchemas(client: GlueClient, now: () => number = Date.now): SchemaOf {
  const known = new Map<string, Promise<AvroSchema | undefined>>()
  const unknownUntil = new Map<string, number>()

  return (schemaId) => {
    const held = known.get(schemaId)
    if (held !== undefined) return held
    if ((unknownUntil.get(schemaId) ?? 0) > now()) return Promise.resolve(undefined)
    const asked = ask(client, schemaId)
    known.set(schemaId, asked)
    asked.then(
      (schema) => {
        if (schema !== undefined) return
        known.delete(schemaId)
        // Ids of strays are without number: the old ones are not kept.
        for (const [id, until] of unknownUntil) if (until <= now()) unknownUntil.delete(id)
        unknownUntil.set(schemaId, now() + FORGET_UNKNOWN_AFTER)
      },
      () => known.delete(schemaId),
    )
    return asked
  }
}

async function ask(client: GlueClient, schemaId: string): Promise<AvroSchema | undefined> {
  try {
    const version = await client.send(new GetSchemaVersionCommand({ SchemaVersionId: schemaId }))
    // A version that is not compatible keeps its number and its text, and is for nobody to write with.
    if (version.Status === 'FAILURE') return undefined
    return avroRecord(version.SchemaDefinition ?? '')
  } catch (error) {
    if (error instanceof EntityNotFoundException) return undefined
    throw error
  }
}

function avroRecord(text: string): AvroSchema | undefined {
  const schema = jsonOf(text)
  return isRecord(schema) ? schema : undefined
}

const isRecord = (schema: unknown): schema is AvroSchema =>
  typeof schema === 'object' && schema !== null && 'fields' in schema && 'type' in schema && schema.type === 'record'
