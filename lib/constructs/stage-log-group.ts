import { RemovalPolicy } from 'aws-cdk-lib'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'

export interface StageLogGroupProps {
  readonly stage: StageConfig
  readonly name: string
  /** @default the key of CloudWatch Logs */
  readonly key?: IKey | undefined
}

/** Logs for as long as the stage keeps them. They go with their stack: a name that stayed behind would block the next deployment. */
export class StageLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, { stage, name, key }: StageLogGroupProps) {
    super(scope, id, {
      logGroupName: name,
      retention: stage.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(key && { encryptionKey: key }),
    })
  }
}
