import { CfnOutput, Duration } from 'aws-cdk-lib'
import { type IAuthorizer, TokenAuthorizer } from 'aws-cdk-lib/aws-apigateway'
import { OAuthScope, UserPoolClient } from 'aws-cdk-lib/aws-cognito'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import type { AlarmSpec, Watched } from '../constructs/alarm-spec.ts'
import { AlarmedFunction } from '../constructs/alarmed-function.ts'
import { customerKey } from '../constructs/customer-key.ts'
import { LiveApi } from '../constructs/live-api.ts'
import { LivePage } from '../constructs/live-page.ts'
import { Workgroup } from '../constructs/workgroup.ts'
import type { StageConfig } from '../stage.ts'
import type { AccessStack } from './access-stack.ts'
import type { FeedsStack } from './feeds-stack.ts'
import type { HotPathStack } from './hot-path-stack.ts'
import type { LakeStack } from './lake-stack.ts'
import type { NetworkStack } from './network-stack.ts'
import { PlatformStack } from './platform-stack.ts'
import type { StreamsStack } from './streams-stack.ts'

export interface ServingStackProps {
  readonly stage: StageConfig
  readonly network: NetworkStack
  readonly streams: StreamsStack
  readonly lake: LakeStack
  readonly hotPath: HotPathStack
  readonly feeds: FeedsStack
  /** What stands in for the venues, where somebody does. */
  readonly venues?: string | undefined
  /** Who is admitted. @default everybody, and there is no page: for a machine of one's own */
  readonly access?: AccessStack | undefined
}

/** Live values for people and programs: the REST API, and the page that logs its user in. */
export class ServingStack extends PlatformStack implements Watched {
  readonly alarms: AlarmSpec[] = []
  private readonly stage: StageConfig
  private readonly key: IKey | undefined

  constructor(scope: Construct, id: string, props: ServingStackProps) {
    super(scope, id, { stage: props.stage, description: 'the API and the page' })
    this.stage = props.stage
    this.key = customerKey(this, { stage: this.stage, purpose: 'serving' })
    const api = new LiveApi(this, 'Api', { stage: this.stage, key: this.key })
    const authorizer = props.access && this.addPage(api, props.access)
    api.serve(this.addHandler(props), authorizer)
    api.collect(this.addCollector(props), authorizer)
    this.alarms.push(...api.alarms)
    new CfnOutput(this, 'ApiUrl', { value: api.restApi.url })
  }

  private addHandler({ network, streams, lake, hotPath: { cache }, venues }: ServingStackProps): AlarmedFunction {
    const serving = new Workgroup(this, 'Workgroup', {
      stage: this.stage,
      name: 'serving',
      description: 'What the API asks: bars, runs and quarantine, a bounded amount a statement.',
      results: lake.results,
      enforced: true,
      readLimit: this.stage.lake.readLimit,
    })
    const handler = new AlarmedFunction(this, 'ApiFunction', {
      stage: this.stage,
      key: this.key,
      name: 'api',
      description: 'Answers with live values and with what the lake knows, and how fresh they are.',
      impact: 'The page shows no live values, or old ones.',
      runbook: 'api-failing',
      memory: 1024,
      // As long as the API waits for it: a statement in the lake takes seconds.
      timeout: Duration.seconds(29),
      network: { vpc: network.vpc, securityGroups: [cache.clients, network.athenaClients] },
      environment: {
        ...cache.environmentFor('reader'),
        TOPICS: streams.partitionsByTopic,
        WORKGROUP: serving.workgroupName,
        VENUES: venues === undefined ? 'real' : 'stand-in',
      },
    })
    cache.grantRead(handler)
    serving.grantRun(handler)
    lake.grantRead(handler, ['bronze', 'gold', 'ops'])
    this.alarms.push(...handler.alarms)
    return handler
  }

  /** Outside the VPC: it reaches a queue and a secret, and nothing of ours. */
  private addCollector({ lake, feeds }: ServingStackProps): AlarmedFunction {
    const collector = new AlarmedFunction(this, 'Collector', {
      stage: this.stage,
      key: this.key,
      name: 'collector',
      description: 'Takes events of customers from products, and makes tokens of their addresses.',
      impact: 'Events that products send are not taken, and are lost where a product does not send them again.',
      runbook: 'collector-failing',
      environment: { QUEUE_URL: feeds.queue.url, TOKEN_KEY_SECRET: lake.tokenKeyName },
    })
    feeds.queue.grantSend(collector)
    lake.grantTokenKey(collector)
    this.alarms.push(...collector.alarms)
    return collector
  }

  /** The page, its login, and what tells the API whom that login let in. */
  private addPage(api: LiveApi, { users, login }: AccessStack): IAuthorizer {
    const page = new LivePage(this, 'Page', { stage: this.stage, apiHost: api.hostName, loginUrl: login.baseUrl() })
    const client = new UserPoolClient(this, 'PageClient', {
      userPool: users,
      // A page keeps no secret: it proves by PKCE that the one who asks for a token is the one who asked for the code.
      generateSecret: false,
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
        callbackUrls: [page.url],
        logoutUrls: [page.url],
      },
      authFlows: {},
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(1),
    })
    page.publish({ apiBase: '/api', login: { domain: login.baseUrl(), clientId: client.userPoolClientId } })
    for (const [id, value] of Object.entries({
      PageUrl: page.url,
      UserPoolId: users.userPoolId,
      ClientId: client.userPoolClientId,
      LoginDomain: login.baseUrl(),
    })) {
      new CfnOutput(this, id, { value })
    }
    const checker = new AlarmedFunction(this, 'AuthorizerFunction', {
      stage: this.stage,
      key: this.key,
      name: 'authorizer',
      // Outside the VPC, because it fetches the keys of the user pool from the internet.
      description: 'Admits requests with a token of the user pool.',
      impact: 'Nobody is admitted: the page shows nothing.',
      runbook: 'authorizer-failing',
      timeout: Duration.seconds(10),
      environment: { USER_POOL_ID: users.userPoolId, CLIENT_ID: client.userPoolClientId },
    })
    this.alarms.push(...checker.alarms)
    return new TokenAuthorizer(this, 'Authorizer', {
      handler: checker.fn,
      validationRegex: '^Bearer [\\w-]+\\.[\\w-]+\\.[\\w-]+$',
      resultsCacheTtl: Duration.minutes(5),
    })
  }
}
