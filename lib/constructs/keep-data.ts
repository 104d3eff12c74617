import { Annotations, CfnDeletionPolicy, CfnResource, type IAspect } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import type { StageConfig } from '../stage.ts'

/** Resources that hold what cannot be made again. */
const DATA = new Set(['AWS::Cognito::UserPool', 'AWS::Kinesis::Stream', 'AWS::MSK::Cluster', 'AWS::MSK::Topic'])

/** Fails synthesis where data could be deleted in a stage that does not say so itself: one word alone never suffices. */
export class KeepData implements IAspect {
  private readonly stage: StageConfig

  constructor(stage: StageConfig) {
    this.stage = stage
  }

  visit(node: IConstruct): void {
    if (this.stage.mayDeleteData || !CfnResource.isCfnResource(node) || !DATA.has(node.cfnResourceType)) return
    const { deletionPolicy, updateReplacePolicy } = node.cfnOptions
    if (deletionPolicy === CfnDeletionPolicy.RETAIN && updateReplacePolicy === CfnDeletionPolicy.RETAIN) return
    Annotations.of(node).addError(
      `${node.node.path} would be deleted with its data, and stage ${this.stage.name} keeps its data: retain it.`,
    )
  }
}
