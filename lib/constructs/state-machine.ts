import { Duration, Stack, Validations } from 'aws-cdk-lib'
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch'
import { type IGrantable, type IPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { DefinitionBody, LogLevel, StateMachine as Machine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'
import { StageLogGroup } from './stage-log-group.ts'
import type { Definition } from './states.ts'

export interface StateMachineProps {
  readonly stage: StageConfig
  /** The machine is named `lodestream-<stage>-<name>`. */
  readonly name: string
  readonly definition: Definition
  /** An execution that takes longer is ended without a last word: steps have shorter limits of their own. */
  readonly timeout: Duration
  /** Encrypts its logs. @default the key of CloudWatch Logs */
  readonly key?: IKey | undefined
}

/** A state machine in JSONata, whose errors are logged without what it worked on. */
export class StateMachine extends Construct implements IGrantable {
  readonly machine: Machine
  readonly grantPrincipal: IPrincipal
  /** As text, known before deployment. */
  readonly arn: string

  constructor(scope: Construct, id: string, { stage, name, definition, timeout, key }: StateMachineProps) {
    super(scope, id)
    const stateMachineName = `lodestream-${stage.name}-${name}`
    const stack = Stack.of(this)
    const logGroup = new StageLogGroup(this, 'Logs', {
      stage,
      // Log groups under this name share one resource policy, which has room for only so many.
      name: `/aws/vendedlogs/states/${stateMachineName}`,
      key,
    })
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') })
    this.grantPrincipal = role
    this.arn = `arn:${stack.partition}:states:${stack.region}:${stack.account}:stateMachine:${stateMachineName}`
    this.machine = new Machine(this, 'Machine', {
      stateMachineName,
      role,
      definitionBody: DefinitionBody.fromString(
        stack.toJsonString({ QueryLanguage: 'JSONata', TimeoutSeconds: timeout.toSeconds(), ...definition }),
      ),
      tracingEnabled: stage.tracing,
      logs: { destination: logGroup, level: LogLevel.ERROR, includeExecutionData: false },
    })
    Validations.of(this).acknowledge(
      {
        id: 'AwsSolutions-SF1',
        reason: 'Step Functions keeps the history of every execution for 90 days; what failed is logged besides.',
      },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'The delivery of logs and the taking of traces have no resources to name.',
      },
    )
    if (!stage.tracing) {
      Validations.of(this).acknowledge({ id: 'AwsSolutions-SF2', reason: 'This stage traces nothing.' })
    }
  }

  /** Executions that failed, ran out of time or were ended by somebody, in five minutes. */
  metricFailures(): readonly { readonly what: string; readonly metric: IMetric }[] {
    const period = Duration.minutes(5)
    return [
      { what: 'failed', metric: this.machine.metricFailed({ period }) },
      { what: 'timed-out', metric: this.machine.metricTimedOut({ period }) },
    ]
  }
}
