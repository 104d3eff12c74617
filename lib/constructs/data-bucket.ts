import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib'
import { Grant } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { BlockPublicAccess, Bucket, BucketEncryption, type LifecycleRule } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'
import { type Grantee, grantWide } from './wide-rights.ts'

export interface DataBucketProps {
  readonly stage: StageConfig
  /** Its purpose; the bucket is named `lodestream-<stage>-<purpose>-<account>`. */
  readonly purpose: string
  /** @default S3's own key */
  readonly key?: IKey | undefined
  /** Keep what is overwritten or deleted for thirty days. @default false */
  readonly versioned?: boolean
  /** Besides what every bucket of ours does: giving up uploads that were begun and not finished. */
  readonly lifecycle?: readonly LifecycleRule[]
}

/** What one may do to the objects below a prefix. */
const ACTIONS = {
  read: ['s3:GetObject'],
  write: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
  remove: ['s3:DeleteObject'],
} as const
export type ObjectRight = keyof typeof ACTIONS

/** A private bucket, over TLS only. It lasts as long as the stage says that data does. */
export class DataBucket extends Construct {
  /** As text, known before deployment. */
  readonly bucketName: string
  readonly arn: string
  private readonly key: IKey | undefined

  constructor(
    scope: Construct,
    id: string,
    { stage, purpose, key, versioned = false, lifecycle = [] }: DataBucketProps,
  ) {
    super(scope, id)
    this.key = key
    this.bucketName = `lodestream-${stage.name}-${purpose}-${Stack.of(this).account}`
    this.arn = Stack.of(this).formatArn({
      service: 's3',
      region: '',
      account: '',
      resource: this.bucketName,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    })
    const bucket = new Bucket(this, 'Bucket', {
      bucketName: this.bucketName,
      ...(key
        ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned,
      lifecycleRules: [
        { id: 'unfinished-uploads', abortIncompleteMultipartUploadAfter: Duration.days(7) },
        ...(versioned
          ? [{ id: 'old-versions', noncurrentVersionExpiration: Duration.days(30), expiredObjectDeleteMarker: true }]
          : []),
        ...lifecycle,
      ],
      removalPolicy: stage.dataRemovalPolicy,
      autoDeleteObjects: stage.mayDeleteData,
    })
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        "Services read it under roles of ours: who read what is in CloudTrail's data events, for all buckets alike.",
    })
  }

  /** Lets somebody do so with what stands below the prefixes, each of which ends in a slash. */
  grantObjects(grantee: Grantee, rights: readonly ObjectRight[], prefixes: readonly string[]): Grant {
    const objects = grantWide(
      grantee,
      rights.flatMap((right) => ACTIONS[right]),
      prefixes.map((prefix) => `${this.arn}/${prefix}*`),
      'The objects of a table, a run or a day are named when they are written; the prefix is theirs.',
    )
    const grants = [objects, this.grantList(grantee)]
    if (this.key) grants.push(this.grantKey(grantee, this.key, rights))
    return grants.reduce((all, grant) => all.combine(grant))
  }

  /** S3 asks for a new data key at a write, and for the old one at a read and at the parts of a large write. */
  private grantKey(grantee: Grantee, key: IKey, rights: readonly ObjectRight[]): Grant {
    const actions = ['kms:Decrypt', ...(rights.includes('write') ? ['kms:GenerateDataKey'] : [])]
    return Grant.addToPrincipal({ grantee, actions, resourceArns: [key.keyArn] })
  }

  /** Athena looks where a bucket is; and who may not list gets "forbidden" instead of "not found". */
  private grantList(grantee: Grantee): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['s3:GetBucketLocation', 's3:ListBucket'],
      resourceArns: [this.arn],
    })
  }
}
