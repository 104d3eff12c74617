import { Sha256 } from '@aws-crypto/sha256-js'
import { fromNodeProviderChain } from '@aws-sdk/credential-providers'
import { SignatureV4 } from '@smithy/signature-v4'
import { Cluster, type RedisOptions } from 'ioredis'
import { Refusal } from '#domain/refusal.ts'

/** Where the cache is and how to be admitted. */
export interface RedisConfig {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  /** Absent: no credentials are sent. */
  readonly iam?: { readonly user: string; readonly cache: string; readonly region: string }
}

/** ElastiCache accepts a token for fifteen minutes; a new connection gets one no older than this, ms. */
const TOKEN_FRESH_MS = 10 * 60_000
/** A call that has had no answer by then fails, ms: its batch is delivered again. */
const COMMAND_TIMEOUT_MS = 5_000

/**
 * Reads REDIS_HOST, REDIS_PORT, REDIS_TLS, and for IAM REDIS_IAM_USER, REDIS_IAM_CACHE and AWS_REGION.
 * @throws Refusal naming the variable that is missing or wrong.
 */
export function redisConfigOf(environment: Readonly<Record<string, string | undefined>>): RedisConfig {
  const need = (name: string): string => {
    const value = environment[name]
    if (!value) throw new Refusal(`${name} is not set: the hot store's address comes from the stack that made it.`)
    return value
  }
  const port = Number(need('REDIS_PORT'))
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Refusal(`REDIS_PORT is ${environment.REDIS_PORT}, which is no port.`)
  const tls = need('REDIS_TLS')
  if (tls !== 'true' && tls !== 'false') throw new Refusal(`REDIS_TLS is ${tls}; it has to be true or false.`)
  const { REDIS_IAM_USER: user, REDIS_IAM_CACHE: cache } = environment
  if (Boolean(user) !== Boolean(cache))
    throw new Refusal('REDIS_IAM_USER and REDIS_IAM_CACHE are set together or not at all.')
  return {
    host: need('REDIS_HOST'),
    port,
    tls: tls === 'true',
    ...(user && cache ? { iam: { user, cache, region: need('AWS_REGION') } } : {}),
  }
}

/** Options of a node that the cluster client sets itself. */
type OwnedByCluster =
  | 'enableOfflineQueue'
  | 'host'
  | 'path'
  | 'port'
  | 'readOnly'
  | 'retryStrategy'
  | 'sentinels'
  | 'replyMapping'

/** A connection to the cache, and what keeps it admitted. */
export interface RedisConnection {
  readonly redis: Cluster
  /** Sees to it that a reconnect would be admitted: call it before work, in a container that may have been asleep. */
  refresh(): Promise<void>
  close(): Promise<void>
}

/** Connects in cluster mode, as ElastiCache Serverless asks for. Nothing is sent before the first command. */
export function connectRedis(config: RedisConfig): RedisConnection {
  const { host, port, tls, iam } = config
  const redisOptions: Omit<RedisOptions, OwnedByCluster> = {
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 2,
    ...(tls ? { tls: {} } : {}),
    ...(iam ? { username: iam.user } : {}),
  }
  const redis = new Cluster([{ host, port }], {
    lazyConnect: true,
    enableAutoPipelining: true,
    slotsRefreshTimeout: 2_000,
    slotsRefreshInterval: 5_000,
    clusterRetryStrategy: (times) => Math.min(50 * times, 1_000),
    // The certificate of ElastiCache names hosts, so they must not be resolved before TLS sees them.
    ...(tls ? { dnsLookup: (address, callback) => callback(null, address) } : {}),
    redisOptions,
  })
  // Each command's failure reaches its caller; this listener only keeps Node from taking the notice for a crash.
  redis.on('error', () => undefined)

  let signedAt = 0
  return {
    redis,
    async refresh() {
      if (iam === undefined || Date.now() - signedAt < TOKEN_FRESH_MS) return
      const password = await iamToken(iam)
      redisOptions.password = password
      if (redis.options.redisOptions) redis.options.redisOptions.password = password
      for (const node of redis.nodes('all')) node.options.password = password
      signedAt = Date.now()
    },
    async close() {
      redis.disconnect()
    },
  }
}

/**
 * A presigned `connect` request without its scheme, which ElastiCache takes for a password
 * (ElastiCache user guide, "Authenticating with IAM").
 */
async function iamToken({ user, cache, region }: NonNullable<RedisConfig['iam']>): Promise<string> {
  const signer = new SignatureV4({
    service: 'elasticache',
    region,
    credentials: fromNodeProviderChain(),
    sha256: Sha256,
  })
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: cache,
      path: '/',
      query: { Action: 'connect', User: user, ResourceType: 'ServerlessCache' },
      headers: { host: cache },
    },
    { expiresIn: 900 },
  )
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(signed.query ?? {})) query.set(name, String(value))
  return `${cache}/?${query}`
}
