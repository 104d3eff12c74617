import { CfnDeletionPolicy, type RemovalPolicy, Validations } from 'aws-cdk-lib'
import { CfnRegistry, CfnSchema, CfnSchemaVersion } from 'aws-cdk-lib/aws-glue'
import { Grant } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import type { EventDefinition } from '#domain/events/define-event.ts'
import { avroText } from '#domain/events/to-avro.ts'
import type { StageConfig } from '../stage.ts'
import type { Grantee } from './wide-rights.ts'

export interface SchemaRegistryProps {
  readonly stage: StageConfig
  /** The contracts; those that travel as Avro have a schema each, named as the event. */
  readonly events: readonly EventDefinition[]
  /** Of the registry and its schemas. */
  readonly removalPolicy: RemovalPolicy
}

/**
 * Every version of every Avro contract that was ever deployed, each readable by all others. Records name the version that
 * wrote them, so none of them is ever deleted by itself.
 */
export class SchemaRegistry extends Construct {
  readonly registryName: string
  private readonly registryArn: string
  private readonly schemaArns: readonly string[]

  constructor(scope: Construct, id: string, { stage, events, removalPolicy }: SchemaRegistryProps) {
    super(scope, id)
    this.registryName = `lodestream-${stage.name}`
    const registry = new CfnRegistry(this, 'Registry', {
      name: this.registryName,
      description: 'How events in the topics are written.',
    })
    registry.applyRemovalPolicy(removalPolicy)
    this.registryArn = registry.attrArn
    this.schemaArns = events
      .filter(({ wire }) => wire === 'avro')
      .map((definition) => this.addSchema(registry, definition, removalPolicy))
  }

  /**
   * The schema has no definition of its own: CloudFormation would replace it where that changes, under a name that is
   * taken. A version is replaced by the next one, and replaced means deleted, but for these policies.
   */
  private addSchema(registry: CfnRegistry, definition: EventDefinition, removalPolicy: RemovalPolicy): string {
    const schema = new CfnSchema(this, definition.name, {
      name: definition.name,
      description: definition.doc,
      registry: { arn: registry.attrArn },
      dataFormat: 'AVRO',
      compatibility: 'FULL_ALL',
    })
    schema.applyRemovalPolicy(removalPolicy)
    const version = new CfnSchemaVersion(this, `${definition.name}-version`, {
      schema: { schemaArn: schema.attrArn },
      schemaDefinition: avroText(definition),
    })
    version.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN
    version.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN
    return schema.attrArn
  }

  /** What a function needs to know of it. */
  get environment(): Readonly<Record<string, string>> {
    return { SCHEMA_REGISTRY: this.registryName }
  }

  /** Lets a reader ask for the schema of a version, by the id that a record names. */
  grantRead(grantee: Grantee): Grant {
    Validations.of(grantee).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'An id tells no registry, so AWS checks the right to a version by its id on * alone.',
    })
    return Grant.addToPrincipal({ grantee, actions: ['glue:GetSchemaVersion'], resourceArns: ['*'] })
  }

  /** Lets a writer ask for the id of the version that it writes. */
  grantWrite(grantee: Grantee): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['glue:GetSchemaByDefinition'],
      resourceArns: [this.registryArn, ...this.schemaArns],
    })
  }
}
