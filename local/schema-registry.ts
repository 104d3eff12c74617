import { decoder } from '#adapters/avro/decode-records.ts'
import type { EncoderFor } from '#adapters/avro/encode-events.ts'
import { registryClient } from '#adapters/schema-registry/client.ts'
import { registeredEncoders } from '#adapters/schema-registry/registered-encoders.ts'
import { registrySchemas } from '#adapters/schema-registry/registry-schemas.ts'
import type { EventDefinition } from '#domain/events/define-event.ts'
import type { DecodeBatch } from '#domain/ports.ts'
import { endpoints, platformHome } from './state.ts'

/** What the stack of stage local calls its registry. */
const NAME = 'lodestream-local'

/** Decodes by the schemas that are registered at the running platform in `home`. @throws Refusal while it is not up */
export const decoderAt = (home: string = platformHome()): DecodeBatch => decoder(registrySchemas(clientAt(home)))

/**
 * Encoders whose frames the running platform in `home` can read.
 * @param definitions what may be encoded. @default every contract
 * @throws Refusal while it is not up, or where another version of a contract is deployed there
 */
export const encodersAt = (
  home: string = platformHome(),
  definitions?: readonly EventDefinition[],
): Promise<EncoderFor> => registeredEncoders(clientAt(home), NAME, definitions)

const clientAt = (home: string) => registryClient({ endpoint: endpoints(home).aws })
