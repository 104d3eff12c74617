import { Duration, Stack, Validations } from 'aws-cdk-lib'
import {
  AccessLogFormat,
  EndpointType,
  type IAuthorizer,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway'
import { Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'
import type { AlarmSpec, Watched } from './alarm-spec.ts'
import type { AlarmedFunction } from './alarmed-function.ts'
import { StageLogGroup } from './stage-log-group.ts'

export interface LiveApiProps {
  readonly stage: StageConfig
  /** Encrypts the access logs. @default the key of CloudWatch Logs */
  readonly key?: IKey | undefined
}

/** Its stage is called `api`, so that the path at the API is the path at CloudFront: /api/prices/latest. */
const STAGE_NAME = 'api'

/** The REST API: one function behind every path but one, with a limit on requests, and a log of who asked for what. */
export class LiveApi extends Construct implements Watched {
  readonly restApi: RestApi
  readonly alarms: readonly AlarmSpec[]

  constructor(scope: Construct, id: string, { stage, key }: LiveApiProps) {
    super(scope, id)
    const { rate, burst, accessLogs } = stage.api
    this.restApi = new RestApi(this, 'Api', {
      restApiName: `lodestream-${stage.name}`,
      description: 'Live values',
      endpointTypes: [EndpointType.REGIONAL],
      cloudWatchRole: accessLogs,
      deployOptions: {
        stageName: STAGE_NAME,
        throttlingRateLimit: rate,
        throttlingBurstLimit: burst,
        tracingEnabled: stage.tracing,
        ...(accessLogs && {
          loggingLevel: MethodLoggingLevel.ERROR,
          accessLogDestination: new LogGroupLogDestination(
            new StageLogGroup(this, 'AccessLogs', { stage, name: `/lodestream/${stage.name}/api`, key }),
          ),
          accessLogFormat: AccessLogFormat.jsonWithStandardFields(),
        }),
      },
    })
    if (stage.api.firewall) this.addFirewall(stage)
    this.answerFindings(stage)
    this.alarms = this.requestAlarms(stage)
  }

  /**
   * Sends what comes to /events to a function of its own, every method: it answers those that it does not take.
   * No CORS: products send from their servers, since whoever opens a page could read its token.
   * @param authorizer as of `serve`
   */
  collect(handler: AlarmedFunction, authorizer?: IAuthorizer): void {
    const integration = new LambdaIntegration(handler.fn, { allowTestInvoke: false })
    this.restApi.root.addResource('events').addMethod('ANY', integration, authorizer ? { authorizer } : {})
  }

  /**
   * Answers every other request with a function, once for each API.
   * @param authorizer admits or refuses each request; without one everybody is admitted, which is for a machine of one's own
   */
  serve(handler: AlarmedFunction, authorizer?: IAuthorizer): void {
    const integration = new LambdaIntegration(handler.fn, { allowTestInvoke: false })
    // Written out, because the defaults of a proxy do not reach the root, to which it adds the same method.
    this.restApi.root.addProxy({ anyMethod: false }).addMethod('ANY', integration, authorizer ? { authorizer } : {})
  }

  /** The host that serves the API, without scheme or path. */
  get hostName(): string {
    const { region, urlSuffix } = Stack.of(this)
    return `${this.restApi.restApiId}.execute-api.${region}.${urlSuffix}`
  }

  private addFirewall({ name, api }: StageConfig): void {
    const visible = (metricName: string) => ({
      cloudWatchMetricsEnabled: true,
      metricName: `lodestream-${name}-${metricName}`,
      sampledRequestsEnabled: true,
    })
    const managed = (ruleSet: string, priority: number) => ({
      name: ruleSet,
      priority,
      overrideAction: { none: {} },
      statement: { managedRuleGroupStatement: { vendorName: 'AWS', name: ruleSet } },
      visibilityConfig: visible(ruleSet),
    })
    const acl = new CfnWebACL(this, 'Firewall', {
      name: `lodestream-${name}-api`,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visible('api'),
      rules: [
        managed('AWSManagedRulesAmazonIpReputationList', 0),
        managed('AWSManagedRulesKnownBadInputsRuleSet', 1),
        {
          name: 'OneAddress',
          priority: 2,
          action: { block: {} },
          // A tenth of what the API takes in five minutes: one client cannot take it from the others.
          statement: { rateBasedStatement: { limit: Math.max(100, api.rate * 30), aggregateKeyType: 'IP' } },
          visibilityConfig: visible('one-address'),
        },
      ],
    })
    new CfnWebACLAssociation(this, 'FirewallOfApi', {
      resourceArn: this.restApi.deploymentStage.stageArn,
      webAclArn: acl.attrArn,
    })
  }

  private answerFindings({ api, login }: StageConfig): void {
    const findings = [
      {
        id: 'AwsSolutions-APIG2',
        reason: 'The function checks each request against its own schemas, and answers with problem+json.',
      },
      {
        id: 'AwsSolutions-COG4',
        reason: 'A Lambda authorizer checks the tokens of the user pool, which leaves room for other issuers.',
      },
    ]
    if (!api.firewall) {
      findings.push({ id: 'AwsSolutions-APIG3', reason: 'A stage without users from outside has nobody to fend off.' })
    }
    if (!login) {
      findings.push({ id: 'AwsSolutions-APIG4', reason: 'It answers on the loopback interface of one machine.' })
    }
    if (api.accessLogs) {
      findings.push({
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
        reason: 'API Gateway writes the logs of the account by this policy: it takes no narrower one.',
      })
    } else {
      findings.push(
        { id: 'AwsSolutions-APIG1', reason: 'LocalStack logs each request itself.' },
        { id: 'AwsSolutions-APIG6', reason: 'LocalStack logs each request itself.' },
      )
    }
    Validations.of(this).acknowledge(...findings)
  }

  private requestAlarms(stage: StageConfig): readonly AlarmSpec[] {
    const period = Duration.minutes(1)
    return [
      {
        name: 'api-server-errors',
        metric: this.restApi.metricServerError({ period, statistic: Stats.SUM }),
        threshold: Math.max(5, stage.api.rate / 10),
        periods: 3,
        impact: 'The page shows no live values, or old ones.',
        runbook: 'api-failing',
      },
      {
        name: 'api-latency',
        metric: this.restApi.metricLatency({ period, statistic: Stats.p(99) }),
        threshold: 2_000,
        periods: 5,
        impact: 'The page is slow: its values are seconds older than the store has them.',
        runbook: 'api-failing',
      },
    ]
  }
}
