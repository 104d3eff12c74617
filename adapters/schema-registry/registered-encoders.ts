import { EntityNotFoundException, GetSchemaByDefinitionCommand, type GlueClient } from '@aws-sdk/client-glue'
import { type EncoderFor, encoderOf } from '#adapters/avro/encode-events.ts'
import type { EventDefinition } from '#domain/events/define-event.ts'
import { events } from '#domain/events/events.ts'
import { avroText } from '#domain/events/to-avro.ts'
import { Refusal } from '#domain/refusal.ts'

/**
 * The contracts' encoders, whose frames carry the version ids that the registry gave. All are asked for at once, so that
 * a writer fails before its first event and not in the midst of them. JSON events need no registry.
 * @param definitions what may be encoded. @default every contract
 * @throws Refusal where a contract is not registered; the service's own error where the registry cannot be asked
 */
export async function registeredEncoders(
  client: GlueClient,
  registry: string,
  definitions: readonly EventDefinition[] = events,
): Promise<EncoderFor> {
  const encoders = new Map(
    await Promise.all(
      definitions.map(async (definition) => {
        const id = definition.wire === 'json' ? undefined : await versionId(client, registry, definition)
        return [definition.name, encoderOf(definition, id)] as const
      }),
    ),
  )
  return ({ name }) => {
    const encoder = encoders.get(name)
    if (encoder === undefined) throw new Error(`${name} is not among the contracts whose encoders were asked for`)
    return encoder
  }
}

async function versionId(client: GlueClient, registry: string, definition: EventDefinition): Promise<string> {
  const { name } = definition
  try {
    const { SchemaVersionId, Status } = await client.send(
      new GetSchemaByDefinitionCommand({
        SchemaId: { RegistryName: registry, SchemaName: name },
        SchemaDefinition: avroText(definition),
      }),
    )
    if (SchemaVersionId !== undefined && Status === 'AVAILABLE') return SchemaVersionId
    throw new Refusal(
      `The registry ${registry} has ${name} as it is here in state ${Status}, so nobody may write it: ` +
        'change the contract so that older readers and writers get on with it, then deploy.',
    )
  } catch (error) {
    if (error instanceof EntityNotFoundException)
      throw new Refusal(`The registry ${registry} does not know ${name} as it is here: deploy this version first.`)
    throw error
  }
}
