import { ArnFormat, Stack } from 'aws-cdk-lib'
import { CfnDatabase } from 'aws-cdk-lib/aws-glue'
import type { Grant } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { databaseOf } from '#domain/lake/names.ts'
import type { Layer } from '#domain/tables/table.ts'
import type { StageConfig } from '../stage.ts'
import { type Grantee, grantWide } from './wide-rights.ts'

export interface CatalogueDatabaseProps {
  readonly stage: StageConfig
  readonly layer: Layer | 'candidates'
  /** What an analyst reads about it. */
  readonly description: string
}

const READ = ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:GetPartition', 'glue:GetPartitions'] as const
const WRITE = ['glue:CreateTable', 'glue:UpdateTable', 'glue:DeleteTable'] as const

/** A database of Glue's catalogue: one layer of the lake. Its Iceberg tables live in it alone, so it is data. */
export class CatalogueDatabase extends Construct {
  /** `lodestream_<stage>_<layer>` */
  readonly databaseName: string

  constructor(scope: Construct, id: string, { stage, layer, description }: CatalogueDatabaseProps) {
    super(scope, id)
    this.databaseName = databaseOf(stage.name, layer)
    const database = new CfnDatabase(this, 'Database', {
      catalogId: Stack.of(this).account,
      databaseInput: { name: this.databaseName, description },
    })
    database.applyRemovalPolicy(stage.dataRemovalPolicy)
  }

  /** Lets somebody see its tables. */
  grantRead(grantee: Grantee): Grant {
    return this.grant(grantee, READ)
  }

  /** Lets somebody make, alter and drop its tables, and see them. */
  grantWrite(grantee: Grantee): Grant {
    return this.grant(grantee, [...READ, ...WRITE])
  }

  /** Glue asks for the right to a table on the catalogue and its database as well. */
  private grant(grantee: Grantee, actions: readonly string[]): Grant {
    const stack = Stack.of(this)
    const arn = (resource: string, resourceName?: string) =>
      stack.formatArn({
        service: 'glue',
        resource,
        ...(resourceName === undefined
          ? { arnFormat: ArnFormat.NO_RESOURCE_NAME }
          : { resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME }),
      })
    return grantWide(
      grantee,
      actions,
      [arn('catalog'), arn('database', this.databaseName), arn('table', `${this.databaseName}/*`)],
      'The tables of a layer come and go with migrations and runs; the database is named.',
    )
  }
}
