import { ArnFormat, Duration, Stack } from 'aws-cdk-lib'
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { type ISecurityGroup, type IVpc, SubnetType } from 'aws-cdk-lib/aws-ec2'
import { CfnServerlessCache, CfnUser, CfnUserGroup } from 'aws-cdk-lib/aws-elasticache'
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Construct } from 'constructs'
import type { StageConfig } from '../stage.ts'
import type { AlarmSpec, Watched } from './alarm-spec.ts'
import { GuardedService } from './guarded-service.ts'

export interface HotCacheProps {
  readonly stage: StageConfig
  readonly vpc: IVpc
  /** @default the key of ElastiCache */
  readonly key?: IKey | undefined
}

/** Reads by replicas go to the second port of a serverless cache. */
const PORTS = [6379, 6380]

/** How a client in cluster mode finds its way. */
const DISCOVERY = '+cluster|slots +cluster|shards +cluster|nodes +cluster|info +info +readonly'

/** What each kind of client may do, as ElastiCache's access strings say it. Nobody may flush, configure or list the cache. */
export const cacheAccess = {
  writer: `on ~* -@all +@read +@write +@connection +@scripting -@dangerous ${DISCOVERY}`,
  reader: `on ~* -@all +@read +@connection -@dangerous ${DISCOVERY}`,
} as const
type Role = keyof typeof cacheAccess

/** Live values: Valkey without servers, which its clients enter by IAM, over TLS. It can be lost: replay fills it again. */
export class HotCache extends Construct implements Watched {
  /** What a function belongs to that connects to it. */
  readonly clients: ISecurityGroup
  readonly alarms: readonly AlarmSpec[]
  /** What encrypts it; undefined where ElastiCache's own key does. */
  readonly key: IKey | undefined
  private readonly cache: CfnServerlessCache
  private readonly cacheName: string
  private readonly users: Readonly<Record<Role, CfnUser>>
  private readonly stage: StageConfig

  constructor(scope: Construct, id: string, { stage, vpc, key }: HotCacheProps) {
    super(scope, id)
    this.stage = stage
    this.key = key
    this.cacheName = `lodestream-${stage.name}-hot`
    const guard = new GuardedService(this, 'Access', { vpc, name: 'the hot cache', ports: PORTS })
    this.clients = guard.clients
    this.users = { writer: this.addUser('writer'), reader: this.addUser('reader') }
    const group = new CfnUserGroup(this, 'Users', {
      engine: 'valkey',
      userGroupId: this.cacheName,
      userIds: Object.values(this.users).map(({ ref }) => ref),
    })
    this.cache = new CfnServerlessCache(this, 'Cache', {
      serverlessCacheName: this.cacheName,
      description: 'Live values of the hot path',
      engine: 'valkey',
      majorEngineVersion: '8',
      cacheUsageLimits: {
        dataStorage: { maximum: stage.cache.maximumStorage, unit: 'GB' },
        ecpuPerSecond: { maximum: stage.cache.maximumUnits },
      },
      securityGroupIds: [guard.service.securityGroupId],
      subnetIds: vpc.selectSubnets({ subnetType: SubnetType.PRIVATE_ISOLATED }).subnetIds,
      userGroupId: group.ref,
      ...(key && { kmsKeyId: key.keyArn }),
    })
    this.alarms = this.storageAlarms()
  }

  /** Lets a function read and write live values. */
  grantWrite(grantee: IGrantable): Grant {
    return this.grant(grantee, 'writer')
  }

  /** Lets a function read live values. */
  grantRead(grantee: IGrantable): Grant {
    return this.grant(grantee, 'reader')
  }

  /** What a function's environment needs to connect as a writer or a reader. */
  environmentFor(role: Role): Readonly<Record<string, string>> {
    const isIam = this.stage.cache.clients === 'iam'
    return {
      REDIS_HOST: this.cache.attrEndpointAddress,
      REDIS_PORT: this.cache.attrEndpointPort,
      REDIS_TLS: String(isIam),
      ...(isIam && { REDIS_IAM_USER: this.userId(role), REDIS_IAM_CACHE: this.cacheName }),
    }
  }

  private grant(grantee: IGrantable, role: Role): Grant {
    const arn = (resource: string, resourceName: string) =>
      Stack.of(this).formatArn({
        service: 'elasticache',
        resource,
        resourceName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      })
    return Grant.addToPrincipal({
      grantee,
      actions: ['elasticache:Connect'],
      resourceArns: [arn('serverlesscache', this.cacheName), arn('user', this.userId(role))],
    })
  }

  private addUser(role: Role): CfnUser {
    return new CfnUser(this, role, {
      engine: 'valkey',
      userId: this.userId(role),
      // IAM asks that name and id be the same.
      userName: this.userId(role),
      authenticationMode: { Type: 'iam' },
      accessString: cacheAccess[role],
    })
  }

  private userId(role: Role): string {
    return `lodestream-${this.stage.name}-${role}`
  }

  private storageAlarms(): readonly AlarmSpec[] {
    const of = (metricName: string, statistic: string) =>
      new Metric({
        namespace: 'AWS/ElastiCache',
        metricName,
        dimensionsMap: { clusterId: this.cacheName },
        statistic,
        period: Duration.minutes(1),
      })
    const runbook = 'hot-cache-full'
    return [
      {
        name: 'hot-cache-storage',
        metric: of('BytesUsedForCache', Stats.MAXIMUM),
        threshold: 0.6 * this.stage.cache.maximumStorage * 1e9,
        periods: 5,
        impact: 'At the limit, bars vanish before their time and new positions are refused.',
        runbook,
      },
      {
        name: 'hot-cache-evictions',
        metric: of('Evictions', Stats.SUM),
        threshold: 1,
        impact: 'Bars vanish before their time: charts have holes.',
        runbook,
      },
      {
        name: 'hot-cache-throttled',
        metric: of('ThrottledCmds', Stats.SUM),
        threshold: 1,
        periods: 3,
        impact: 'Live values arrive late, and the page is slow.',
        runbook,
      },
    ]
  }
}
