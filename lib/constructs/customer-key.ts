import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Key } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'

export interface CustomerKeyProps {
  readonly stage: StageConfig
  /** What it encrypts: `streams`. Its alias is `lodestream-<stage>-<purpose>`. */
  readonly purpose: string
  /** It encrypts data that cannot be made again, and stays as long as that does. @default false */
  readonly keepsData?: boolean
}

/** A yearly rotated key of ours, which CloudWatch Logs may use for log groups beside it; undefined where the stage has none. */
export function customerKey(
  scope: Construct,
  { stage, purpose, keepsData = false }: CustomerKeyProps,
): Key | undefined {
  if (!stage.customerKeys) return undefined
  const { region, account, partition } = Stack.of(scope)
  const key = new Key(scope, 'Key', {
    description: `Lodestream ${stage.name}: ${purpose}`,
    alias: `lodestream-${stage.name}-${purpose}`,
    enableKeyRotation: true,
    pendingWindow: Duration.days(30),
    removalPolicy: keepsData ? stage.dataRemovalPolicy : RemovalPolicy.DESTROY,
  })
  key.grantEncryptDecrypt(
    new ServicePrincipal(`logs.${region}.amazonaws.com`, {
      conditions: {
        ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*` },
      },
    }),
  )
  return key
}
