import { Stack } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'

export interface PlatformStackProps {
  readonly stage: StageConfig
  readonly description: string
  /** It holds what cannot be made again: a deployment that would end it is refused where the stage keeps its data. @default false */
  readonly kept?: boolean
}

/** One stack of the platform, named `Lodestream-<Stage>-<Id>` and tagged with its stage. */
export class PlatformStack extends Stack {
  constructor(scope: Construct, id: string, { stage, description, kept = false }: PlatformStackProps) {
    super(scope, id, {
      stackName: `Lodestream-${capitalised(stage.name)}-${id}`,
      description: `Lodestream ${stage.name}: ${description}`,
      terminationProtection: kept && !stage.mayDeleteData,
      tags: { application: 'lodestream', stage: stage.name },
      ...(stage.env && { env: stage.env }),
    })
  }
}

/** `Prod` for `prod`. */
export const capitalised = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`
