import { decodeRecords, decoder } from '#adapters/avro/decode-records.ts'
import { type EncoderFor, encoderOf } from '#adapters/avro/encode-events.ts'
import type { DecodeBatch } from '#domain/ports.ts'
import { registryClient } from './client.ts'
import { registeredEncoders } from './registered-encoders.ts'
import { registrySchemas } from './registry-schemas.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Decodes by the schemas of the registry that SCHEMA_REGISTRY names; by this build's contracts alone where it names none. */
export const decoderFrom = (environment: Environment): DecodeBatch =>
  environment.SCHEMA_REGISTRY ? decoder(registrySchemas(registryClient())) : decodeRecords

/**
 * Encoders with the ids of the registry that SCHEMA_REGISTRY names; with derived ids where it names none.
 * @throws as `registeredEncoders` does
 */
export const encodersFrom = async ({ SCHEMA_REGISTRY }: Environment): Promise<EncoderFor> =>
  SCHEMA_REGISTRY ? registeredEncoders(registryClient(), SCHEMA_REGISTRY) : encoderOf
