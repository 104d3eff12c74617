import type { EncoderFor } from '#adapters/avro/encode-events.ts'
import type { AwsConnection } from '#adapters/aws/connection.ts'
import { decoderFrom, encodersFrom } from '#adapters/schema-registry/from-environment.ts'
import type { DecodeBatch } from '#domain/ports.ts'
import { decoderAt, encodersAt } from '#local/schema-registry.ts'
import { endpoints } from '#local/state.ts'
import { asking } from './stage.ts'

/**
 * Encoders for a broker: of the running platform, or, where the user names one, of the registry in SCHEMA_REGISTRY, if
 * there is such.
 * @param kafka the broker that the user names
 * @throws Refusal where the registry cannot be asked, or does not have the contracts of this build
 */
export const encodersBeside = (kafka: string | undefined): Promise<EncoderFor> =>
  asking('its schemas', connectionBeside(kafka), () => (kafka === undefined ? encodersAt() : encodersFrom(process.env)))

/** Decodes what a broker has, by the registry that `encodersBeside` takes. @throws by each batch: Refusal where the registry cannot be asked */
export function decoderBeside(kafka: string | undefined): DecodeBatch {
  const connection = connectionBeside(kafka)
  const decode = kafka === undefined ? decoderAt() : decoderFrom(process.env)
  return (records) => asking('a schema', connection, () => decode(records))
}

/** Where the registry is, for the sentence that says that it cannot be reached. */
function connectionBeside(kafka: string | undefined): AwsConnection {
  const endpoint = kafka === undefined ? endpoints().aws : process.env.AWS_ENDPOINT_URL
  return endpoint === undefined ? {} : { endpoint }
}
