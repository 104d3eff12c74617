import { Annotations, CfnDeletionPolicy, CfnResource, type IAspect, Stack } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import type { StageConfig } from '../stage.ts'

/**
 * Resources that hold what cannot be made again. A database of Glue's takes its Iceberg tables with it; a version of a
 * schema is named by every record that it wrote.
 */
const DATA = new Set([
  'AWS::Cognito::UserPool',
  'AWS::Glue::Database',
  'AWS::Glue::Registry',
  'AWS::Glue::Schema',
  'AWS::Glue::SchemaVersion',
  'AWS::Kinesis::Stream',
  'AWS::MSK::Cluster',
  'AWS::MSK::Topic',
])

/** Fails synthesis where data could be deleted in a stage that does not say so itself: one word alone never suffices. */
export class KeepData implements IAspect {
  private readonly stage: StageConfig

  constructor(stage: StageConfig) {
    this.stage = stage
  }

  visit(node: IConstruct): void {
    if (this.stage.mayDeleteData || !CfnResource.isCfnResource(node) || !holdsData(node)) return
    const { deletionPolicy, updateReplacePolicy } = node.cfnOptions
    if (deletionPolicy === CfnDeletionPolicy.RETAIN && updateReplacePolicy === CfnDeletionPolicy.RETAIN) return
    Annotations.of(node).addError(
      `${node.node.path} would be deleted with its data, and stage ${this.stage.name} keeps its data: retain it.`,
    )
  }
}

/** Outside the kept stacks a bucket has only what a deployment puts there, and a secret what people can put there again. */
const WHERE_KEPT = new Set(['AWS::S3::Bucket', 'AWS::SecretsManager::Secret'])

const holdsData = (node: CfnResource): boolean =>
  DATA.has(node.cfnResourceType) ||
  (WHERE_KEPT.has(node.cfnResourceType) && Stack.of(node).terminationProtection === true)
