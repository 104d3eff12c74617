import { CfnOutput, Duration, Validations } from 'aws-cdk-lib'
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import type { EventDefinition } from '#domain/events/define-event.ts'
import { prefixes } from '#domain/lake/names.ts'
import { type Layer, layers } from '#domain/tables/table.ts'
import { CatalogueDatabase } from '../constructs/catalogue-database.ts'
import { customerKey } from '../constructs/customer-key.ts'
import { DataBucket } from '../constructs/data-bucket.ts'
import { ExternalTable } from '../constructs/external-table.ts'
import { asSecret } from '../constructs/seen-as.ts'
import type { Grantee } from '../constructs/wide-rights.ts'
import type { WorkgroupProps } from '../constructs/workgroup.ts'
import type { StageConfig } from '../stage.ts'
import { PlatformStack } from './platform-stack.ts'

export interface LakeStackProps {
  readonly stage: StageConfig
  readonly events: readonly EventDefinition[]
}

/** Where in the lake's bucket a layer's files stand. */
const FOLDERS: Readonly<Record<Layer, readonly string[]>> = {
  bronze: [prefixes.bronze, prefixes.large],
  silver: ['silver/'],
  gold: ['gold/'],
  ops: [prefixes.quarantine, prefixes.runs],
}

const DESCRIPTIONS: Readonly<Record<Layer | 'candidates', string>> = {
  bronze: 'Everything that arrived, as it arrived. Append-only; duplicates are kept.',
  silver: 'Events, typed and each once.',
  gold: 'Tables for people: documented, checked, one grain each.',
  ops: 'What the platform knows of itself: runs, and what it could not read.',
  candidates: 'Tables that are being built and are not checked yet. Nothing to read here.',
}

/** Where candidates and Athena's results stand in the scratch bucket. */
const SCRATCH = { candidates: 'candidates/', results: 'athena-results/' } as const

/** The lake: everything that ever arrived and what follows from it, in two buckets and five databases. */
export class LakeStack extends PlatformStack {
  readonly lake: DataBucket
  readonly scratch: DataBucket
  /** Encrypts both; undefined where S3's own key does. */
  readonly key: IKey | undefined
  /** The secret by which addresses become tokens, as text known before deployment. */
  readonly tokenKeyName: string
  private readonly tokenKey: ISecret
  readonly events: ExternalTable
  readonly quarantine: ExternalTable
  private readonly databases: Readonly<Record<Layer | 'candidates', CatalogueDatabase>>

  constructor(scope: Construct, id: string, { stage, events }: LakeStackProps) {
    super(scope, id, { stage, description: 'the lake', kept: true })
    const key = customerKey(this, { stage, purpose: 'lake', keepsData: true })
    this.key = key
    this.lake = new DataBucket(this, 'Lake', {
      stage,
      key,
      purpose: 'lake',
      versioned: !stage.mayDeleteData,
      lifecycle: [
        { id: 'errors', prefix: prefixes.errors, expiration: Duration.days(30) },
        // Where a feed got to is written again every few seconds, and nobody asks where it was yesterday.
        { id: 'feeds', prefix: prefixes.feeds, noncurrentVersionExpiration: Duration.days(1) },
      ],
    })
    this.scratch = new DataBucket(this, 'Scratch', {
      stage,
      key,
      purpose: 'scratch',
      lifecycle: [
        { id: 'candidates', prefix: SCRATCH.candidates, expiration: Duration.days(3) },
        { id: 'results', prefix: SCRATCH.results, expiration: Duration.days(7) },
      ],
    })
    this.tokenKeyName = `lodestream-${stage.name}-token-key`
    this.tokenKey = this.addTokenKey(stage, key)
    const database = (layer: Layer | 'candidates') =>
      new CatalogueDatabase(this, `Database-${layer}`, { stage, layer, description: DESCRIPTIONS[layer] })
    this.databases = {
      bronze: database('bronze'),
      silver: database('silver'),
      gold: database('gold'),
      ops: database('ops'),
      candidates: database('candidates'),
    }
    this.events = this.addEvents(events)
    this.quarantine = this.addQuarantine()
    this.addRuns()
    new CfnOutput(this, 'LakeBucket', { value: this.lake.bucketName })
    new CfnOutput(this, 'ScratchBucket', { value: this.scratch.bucketName })
  }

  /** Where workgroups put what they answer. */
  get results(): WorkgroupProps['results'] {
    return { bucket: this.scratch, prefix: SCRATCH.results, key: this.key }
  }

  /** s3://…/, below which candidates stand. */
  get candidates(): string {
    return `s3://${this.scratch.bucketName}/${SCRATCH.candidates}`
  }

  /** Lets somebody query the tables of these layers. */
  grantRead(grantee: Grantee, read: readonly Layer[] = layers): Grant {
    return read
      .map((layer) => this.databases[layer].grantRead(grantee))
      .concat(
        this.lake.grantObjects(
          grantee,
          ['read'],
          read.flatMap((layer) => FOLDERS[layer]),
        ),
      )
      .reduce((all, grant) => all.combine(grant))
  }

  /** Lets somebody make, alter and write published tables, and read them. */
  grantPublish(grantee: Grantee): Grant {
    const published = ['silver', 'gold'] as const
    return published
      .map((layer) => this.databases[layer].grantWrite(grantee))
      .concat(
        this.lake.grantObjects(
          grantee,
          ['read', 'write', 'remove'],
          published.flatMap((layer) => FOLDERS[layer]),
        ),
      )
      .reduce((all, grant) => all.combine(grant))
  }

  /** Lets somebody build, read and drop candidates. */
  grantCandidates(grantee: Grantee): Grant {
    return this.databases.candidates
      .grantWrite(grantee)
      .combine(this.scratch.grantObjects(grantee, ['read', 'write', 'remove'], [SCRATCH.candidates]))
  }

  /** Lets somebody make tokens of addresses. */
  grantTokenKey(grantee: IGrantable): Grant {
    const grant = Grant.addToPrincipal({
      grantee,
      actions: ['secretsmanager:GetSecretValue'],
      resourceArns: [this.tokenKey.secretArn],
    })
    // By the grantee's own rights: in the key's policy its role would make this stack depend on the grantee's.
    if (!this.key) return grant
    return grant.combine(Grant.addToPrincipal({ grantee, actions: ['kms:Decrypt'], resourceArns: [this.key.keyArn] }))
  }

  /** Lets somebody see the columns of bronze and quarantine, and no row. */
  grantSchemas(grantee: Grantee): Grant {
    return this.databases.bronze.grantRead(grantee).combine(this.databases.ops.grantRead(grantee))
  }

  private addTokenKey(stage: StageConfig, key: IKey | undefined): ISecret {
    const secret = new Secret(this, 'TokenKey', {
      secretName: this.tokenKeyName,
      description: "Keyed hashes stand for people's addresses: this is the key.",
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: stage.dataRemovalPolicy,
      ...(key && { encryptionKey: key }),
    })
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Another key would give everybody another token: all that was known of a user would be cut in two.',
    })
    return asSecret(secret)
  }

  private addEvents(events: readonly EventDefinition[]): ExternalTable {
    return new ExternalTable(this, 'Events', {
      database: this.databases.bronze,
      name: 'events',
      description: 'One row per delivery of an event, whatever its topic; the whole event is in `payload`.',
      format: 'parquet',
      location: `s3://${this.lake.bucketName}/${prefixes.bronze}`,
      columns: {
        event_id: 'string',
        occurred_at: 'timestamp',
        received_at: 'timestamp',
        appended_at: 'timestamp',
        topic: 'string',
        partition: 'int',
        offset: 'string',
        schema_version: 'int',
        payload: 'string',
        payload_pointer: 'string',
      },
      partitions: { ingest_date: 'day', event_type: events.map(({ name }) => name) },
    })
  }

  private addQuarantine(): ExternalTable {
    return new ExternalTable(this, 'Quarantine', {
      database: this.databases.ops,
      name: 'quarantine',
      description: 'One row per record that could not land: where, why, and its original bytes.',
      format: 'parquet',
      location: `s3://${this.lake.bucketName}/${prefixes.quarantine}`,
      columns: {
        quarantined_at: 'timestamp',
        appended_at: 'timestamp',
        topic: 'string',
        partition: 'int',
        offset: 'string',
        stage: 'string',
        code: 'string',
        reason: 'string',
        value: 'string',
        value_pointer: 'string',
      },
      partitions: { ingest_date: 'day' },
    })
  }

  private addRuns(): void {
    new ExternalTable(this, 'Runs', {
      database: this.databases.ops,
      name: 'runs',
      description: 'One row per finished run of a table: what changed, or why it failed.',
      format: 'json',
      location: `s3://${this.lake.bucketName}/${prefixes.runs}`,
      columns: {
        run: 'string',
        table_name: 'string',
        refreshed_date: 'string',
        outcome: 'string',
        started_at: 'string',
        finished_at: 'string',
        inserted: 'bigint',
        updated: 'bigint',
        deleted: 'bigint',
        source_rows: 'bigint',
        warnings: 'string',
        error: 'string',
        says: 'string',
        execution: 'string',
      },
      partitions: { run_date: 'day' },
    })
  }
}
