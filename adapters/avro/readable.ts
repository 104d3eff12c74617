import { formatDecimal } from '#domain/decimal.ts'
import { jsonOf } from '#domain/json.ts'
import { avroTypeOf } from './avro-type.ts'
import { contractSchemas, type SchemaOf } from './decode-records.ts'
import { unframe } from './frame.ts'

/** What the bytes of a record hold, as far as they can be read, whether or not a contract accepts it. */
export type Readable =
  | { readonly form: 'json'; readonly value: unknown }
  | { readonly form: 'avro'; readonly schema: string; readonly value: unknown }

/**
 * Reads bytes by the schema that wrote them, and nothing else: no contract is asked.
 * @returns undefined where they cannot be read
 * @throws where the schema registry cannot answer
 */
export async function readable(bytes: Uint8Array, schemaOf: SchemaOf = contractSchemas): Promise<Readable | undefined> {
  const framed = unframe(bytes)
  if ('code' in framed) {
    const value = jsonOf(Buffer.from(bytes).toString('utf8'))
    return value === undefined ? undefined : { form: 'json', value }
  }
  const schema = await schemaOf(framed.schemaId)
  if (schema === undefined) return undefined
  try {
    return { form: 'avro', schema: schema.name, value: plain(avroTypeOf(schema).fromBuffer(framed.body)) }
  } catch (error) {
    // avsc has no error of its own for what it cannot read.
    if (error instanceof Error) return undefined
    throw error
  }
}

/** As JSON can hold it: decimals as text. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return formatDecimal(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, plain(held)]))
}
