import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib'
import { type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { type ISecurityGroup, type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2'
import {
  Effect,
  Grant,
  type IGrantable,
  type IPrincipal,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import {
  ApplicationLogLevel,
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda'
import { FilterPattern, type IFilterPattern } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'
import type { AlarmSpec, Runbook, Watched } from './alarm-spec.ts'
import { bundledCode } from './bundled-code.ts'
import { StageLogGroup } from './stage-log-group.ts'

export interface AlarmedFunctionProps {
  readonly stage: StageConfig
  /** The folder in lambdas/ whose handler.ts it runs; the function is named `lodestream-<stage>-<name>`. */
  readonly name: string
  readonly description: string
  /** What a user loses while it fails: one sentence, which opens the alarms' text. */
  readonly impact: string
  readonly runbook: Runbook
  /** @default only STAGE */
  readonly environment?: Readonly<Record<string, string>>
  /** MB; the share of a processor follows it. @default 512 */
  readonly memory?: number
  /** @default Duration.seconds(30) */
  readonly timeout?: Duration
  /** Where it runs, in isolated subnets. @default outside any VPC */
  readonly network?: { readonly vpc: IVpc; readonly securityGroups: readonly ISecurityGroup[] }
  /** Encrypts its logs. @default the key of CloudWatch Logs */
  readonly key?: IKey | undefined
  /** Most instances at once; reserved, so no other function takes them. @default as many as the account allows */
  readonly concurrency?: number
  /** It is meant to be refused while it runs, so that is no alarm. @default false */
  readonly throttlesByDesign?: boolean
  /** Its errors are answers to whoever calls it, who is alarmed where it matters. @default false */
  readonly errorsByDesign?: boolean
  /** Folders of the repository that it reads, beside its code under their own names. @default none */
  readonly folders?: readonly string[]
}

/** Which lines of a log make a metric. */
export interface LineMetric {
  readonly pattern: IFilterPattern
  /** What a line adds: '1', or the path of a number in it, such as '$.lost'. @default '1' */
  readonly value?: string
  readonly period: Duration
}

/** A function of ours: bundled, logged, traced, with rights of its own only, and alarms that say what a user loses. */
export class AlarmedFunction extends Construct implements IGrantable, Watched {
  readonly fn: LambdaFunction
  readonly name: string
  /** As text, known before deployment. */
  readonly functionName: string
  readonly grantPrincipal: IPrincipal
  private readonly logGroup: StageLogGroup
  private readonly specs: AlarmSpec[]

  constructor(scope: Construct, id: string, props: AlarmedFunctionProps) {
    super(scope, id)
    const { stage, name, impact, runbook, network, concurrency } = props
    const functionName = `lodestream-${stage.name}-${name}`
    this.name = name
    this.functionName = functionName
    const logGroup = new StageLogGroup(this, 'Logs', { stage, name: `/aws/lambda/${functionName}`, key: props.key })
    this.logGroup = logGroup
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
    logGroup.grantWrite(role)
    if (network) allowInterfaces(role, functionName)
    if (network || stage.tracing) {
      Validations.of(role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'X-Ray has no resources to name, and Lambda checks the rights to its VPC interfaces on *, before they have names.',
      })
    }
    this.fn = new LambdaFunction(this, 'Function', {
      functionName,
      description: props.description,
      code: bundledCode(name, props.folders),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memory ?? 512,
      timeout: props.timeout ?? Duration.seconds(30),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      systemLogLevelV2: SystemLogLevel.WARN,
      tracing: stage.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      environment: { STAGE: stage.name, NODE_OPTIONS: '--enable-source-maps', ...props.environment },
      ...(network && {
        vpc: network.vpc,
        vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
        securityGroups: [...network.securityGroups],
      }),
      ...(concurrency !== undefined && { reservedConcurrentExecutions: concurrency }),
    })
    this.grantPrincipal = role
    this.specs = []
    const watch = (what: string, metric: IMetric) =>
      this.addAlarm({ name: `${name}-${what}`, metric, threshold: 1, periods: 3, impact, runbook })
    if (!props.errorsByDesign) watch('errors', this.fn.metricErrors({ period: Duration.minutes(1) }))
    if (!props.throttlesByDesign) watch('throttles', this.metricThrottles())
    // Lambda logs an error that a function ends with at level ERROR, so the two go together.
    if (stage.alarms && !props.errorsByDesign) watch('error-lines', this.metricErrorLines())
  }

  /** Lets somebody call it, at its newest version alone. */
  grantInvoke(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['lambda:InvokeFunction'],
      resourceArns: [this.fn.functionArn],
    })
  }

  get alarms(): readonly AlarmSpec[] {
    return this.specs
  }

  /** Watches one thing more about the function: what it reads, say. */
  addAlarm(spec: AlarmSpec): void {
    this.specs.push(spec)
  }

  /** Invocations that Lambda refused, a minute. */
  metricThrottles(): IMetric {
    return this.fn.metricThrottles({ period: Duration.minutes(1) })
  }

  /** Counts lines of its log, or sums up a number that stands in them. */
  metricOfLines(name: string, { pattern, value = '1', period }: LineMetric): IMetric {
    const filter = this.logGroup.addMetricFilter(name, {
      filterPattern: pattern,
      metricNamespace: 'Lodestream',
      metricName: `${this.functionName}-${name}`,
      metricValue: value,
    })
    return filter.metric({ period, statistic: Stats.SUM })
  }

  /** What the function could not do and went on from: such an invocation counts as a success, and only its log tells. */
  private metricErrorLines(): IMetric {
    const pattern = FilterPattern.stringValue('$.level', '=', 'ERROR')
    return this.metricOfLines('error-lines', { pattern, period: Duration.minutes(1) })
  }
}

/** Lets Lambda put the function into the VPC. */
function allowInterfaces(role: Role, functionName: string): void {
  role.addToPolicy(
    new PolicyStatement({
      actions: [
        'ec2:AssignPrivateIpAddresses',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'],
    }),
  )
  // These rights are for the Lambda service; our own code, which runs under the same role, has no use for them.
  const arn = Stack.of(role).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: functionName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  })
  role.addToPolicy(
    new PolicyStatement({
      effect: Effect.DENY,
      actions: [
        'ec2:AssignPrivateIpAddresses',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:UnassignPrivateIpAddresses',
      ],
      resources: ['*'],
      conditions: { ArnEquals: { 'lambda:SourceFunctionArn': arn } },
    }),
  )
}
