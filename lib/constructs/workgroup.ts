import { ArnFormat, Stack } from 'aws-cdk-lib'
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena'
import { Grant } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'
import type { DataBucket } from './data-bucket.ts'
import type { Grantee } from './wide-rights.ts'

export interface WorkgroupProps {
  readonly stage: StageConfig
  /** Who asks; the workgroup is named `lodestream-<stage>-<name>`. */
  readonly name: string
  readonly description: string
  /** Where its results go, below the prefix, which ends in a slash. */
  readonly results: { readonly bucket: DataBucket; readonly prefix: string; readonly key?: IKey | undefined }
  /** The most that one statement may read, GB. @default no limit */
  readonly readLimit?: number
  /**
   * Nobody chooses another place for results or another encryption. A CREATE TABLE AS with a location of its own is
   * refused then, so builds cannot have it.
   */
  readonly enforced: boolean
}

/** Where statements run in Athena: how much they may read, and where their results go. */
export class Workgroup extends Construct {
  readonly workgroupName: string
  private readonly results: WorkgroupProps['results']
  private readonly arn: string

  constructor(scope: Construct, id: string, props: WorkgroupProps) {
    super(scope, id)
    const { stage, name, results, readLimit } = props
    this.results = { ...results, prefix: `${results.prefix}${name}/` }
    this.workgroupName = `lodestream-${stage.name}-${name}`
    this.arn = Stack.of(this).formatArn({
      service: 'athena',
      resource: 'workgroup',
      resourceName: this.workgroupName,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    })
    new CfnWorkGroup(this, 'Workgroup', {
      name: this.workgroupName,
      description: props.description,
      // Its history of statements is all that would be lost.
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: props.enforced,
        publishCloudWatchMetricsEnabled: true,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        ...(readLimit !== undefined && { bytesScannedCutoffPerQuery: readLimit * 1_000_000_000 }),
        resultConfiguration: {
          outputLocation: `s3://${results.bucket.bucketName}/${this.results.prefix}`,
          encryptionConfiguration: results.key
            ? { encryptionOption: 'SSE_KMS', kmsKey: results.key.keyArn }
            : { encryptionOption: 'SSE_S3' },
        },
      },
    })
  }

  /** Lets somebody run statements here and read their results. What they read and write is another right. */
  grantRun(grantee: Grantee): Grant {
    return this.grant(grantee, ['StartQueryExecution', 'GetQueryExecution', 'GetQueryResults', 'StopQueryExecution'])
      .combine(this.results.bucket.grantObjects(grantee, ['read', 'write'], [this.results.prefix]))
      .combine(
        Grant.addToPrincipal({
          grantee,
          actions: ['athena:GetDataCatalog'],
          resourceArns: [
            Stack.of(this).formatArn({
              service: 'athena',
              resource: 'datacatalog',
              resourceName: 'AwsDataCatalog',
              arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
            }),
          ],
        }),
      )
  }

  /** Lets somebody see and stop what others run here. */
  grantStopOthers(grantee: Grantee): Grant {
    return this.grant(grantee, ['ListQueryExecutions', 'GetQueryExecution', 'StopQueryExecution'])
  }

  private grant(grantee: Grantee, actions: readonly string[]): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: actions.map((action) => `athena:${action}`),
      resourceArns: [this.arn],
    })
  }
}
