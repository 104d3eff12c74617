import { z } from 'zod'
import { Refusal } from '#domain/refusal.ts'

/** Where Lambda sends what it gives up on. A Kafka topic stands in the cluster that the mapping reads. */
export type Destination =
  | { readonly kind: 'sqs' | 'sns' | 's3'; readonly arn: string }
  | { readonly kind: 'kafka'; readonly topic: string }

/** An MSK event source mapping as the bridge obeys it: every default filled in, every rule of AWS already checked. */
export interface Mapping {
  readonly uuid: string
  readonly functionArn: string
  readonly clusterArn: string
  readonly topic: string
  readonly groupId: string
  readonly enabled: boolean
  /** Records an invocation, 1 … 10,000. */
  readonly batchSize: number
  /** How long a batch gathers after its first record, in milliseconds. */
  readonly windowMs: number
  readonly start:
    | { readonly at: 'TRIM_HORIZON' | 'LATEST' }
    | { readonly at: 'AT_TIMESTAMP'; readonly timestampMs: number }
  readonly reportsItemFailures: boolean
  readonly bisects: boolean
  /** Retries after a function error, beyond the first invocation; Infinity retries without end. */
  readonly maximumRetries: number
  /** Older records are discarded unseen; Infinity keeps them. In milliseconds. */
  readonly maximumRecordAgeMs: number
  readonly onFailure?: Destination
  /** The most pollers that may share the partitions. One invocation at a time each. */
  readonly pollers: number
}

const configuration = z.object({
  UUID: z.string(),
  FunctionArn: z.string(),
  EventSourceArn: z.string(),
  State: z.string().nullish(),
  Topics: z.array(z.string()).nullish(),
  BatchSize: z.number().nullish(),
  MaximumBatchingWindowInSeconds: z.number().nullish(),
  StartingPosition: z.string().nullish(),
  StartingPositionTimestamp: z.union([z.number(), z.string()]).nullish(),
  BisectBatchOnFunctionError: z.boolean().nullish(),
  MaximumRetryAttempts: z.number().nullish(),
  MaximumRecordAgeInSeconds: z.number().nullish(),
  FunctionResponseTypes: z.array(z.string()).nullish(),
  ParallelizationFactor: z.number().nullish(),
  TumblingWindowInSeconds: z.number().nullish(),
  Queues: z.array(z.string()).nullish(),
  ScalingConfig: z.record(z.string(), z.unknown()).nullish(),
  FilterCriteria: z.object({ Filters: z.array(z.unknown()).nullish() }).nullish(),
  DestinationConfig: z
    .object({
      OnFailure: z.object({ Destination: z.string().nullish() }).nullish(),
      OnSuccess: z.object({ Destination: z.string().nullish() }).nullish(),
    })
    .nullish(),
  AmazonManagedKafkaEventSourceConfig: z
    .object({ ConsumerGroupId: z.string().nullish(), SchemaRegistryConfig: z.unknown().optional() })
    .nullish(),
  ProvisionedPollerConfig: z
    .object({ MinimumPollers: z.number().nullish(), MaximumPollers: z.number().nullish() })
    .nullish(),
})
type Configuration = z.infer<typeof configuration>

/** What LocalStack holds once nothing runs the mapping, or soon nothing will. */
const DORMANT = new Set(['Disabled', 'Disabling', 'Deleting'])
const ENDLESS = -1
/** AWS turns endless retries into ten where a destination waits for what fails. */
const RETRIES_BEFORE_DESTINATION = 10
const DEFAULT_WINDOW_MS = 500
const KAFKA_SCHEME = 'kafka://'

/** Whether an event source mapping, as the API answers it, reads an MSK cluster. */
export function readsMsk(answer: unknown): boolean {
  const arn = z.object({ EventSourceArn: z.string() }).safeParse(answer)
  return arn.success && /^arn:[^:]+:kafka:/.test(arn.data.EventSourceArn)
}

/** The UUID of a mapping as the API answers it, or undefined where there is none. */
export function uuidOf(answer: unknown): string | undefined {
  return z.object({ UUID: z.string() }).safeParse(answer).data?.UUID
}

/**
 * Parses one element of ListEventSourceMappings, `now` in epoch milliseconds. Throws a Refusal that names the parameter
 * where Lambda would refuse it for an MSK source, or where the bridge does not do what it asks.
 */
export function parseMapping(answer: unknown, now: number): Mapping {
  const parsed = configuration.safeParse(answer)
  if (!parsed.success)
    throw new Refusal(`The event source mapping is not in Lambda's form: ${z.prettifyError(parsed.error)}.`)
  const c = parsed.data
  refuseForeignParameters(c)
  const provisioned = provisionedPollers(c.ProvisionedPollerConfig)
  const topic = soleTopic(c.Topics)
  const onFailure = destination(c, topic)
  if (provisioned === undefined) refuseWithoutProvisionedMode(c, onFailure)
  const retries = whole('MaximumRetryAttempts', c.MaximumRetryAttempts ?? ENDLESS, ENDLESS, 10_000)
  return {
    uuid: c.UUID,
    functionArn: c.FunctionArn,
    clusterArn: c.EventSourceArn,
    topic,
    groupId: c.AmazonManagedKafkaEventSourceConfig?.ConsumerGroupId ?? c.UUID,
    enabled: !DORMANT.has(c.State ?? 'Enabled'),
    batchSize: whole('BatchSize', c.BatchSize ?? 100, 1, 10_000),
    windowMs: window(c.MaximumBatchingWindowInSeconds),
    start: startingPosition(c, now),
    reportsItemFailures: responseTypes(c.FunctionResponseTypes).includes('ReportBatchItemFailures'),
    bisects: c.BisectBatchOnFunctionError ?? false,
    maximumRetries: retries !== ENDLESS ? retries : onFailure ? RETRIES_BEFORE_DESTINATION : Number.POSITIVE_INFINITY,
    maximumRecordAgeMs: recordAge(c.MaximumRecordAgeInSeconds),
    ...(onFailure && { onFailure }),
    pollers: provisioned ?? 1,
  }
}

/**
 * Throws a Refusal where an update changes what Lambda sets only at creation: the source, the topic, the group or the
 * starting position.
 */
export function refuseChangedIdentity(before: Mapping, after: Mapping): void {
  const fixed = {
    EventSourceArn: [before.clusterArn, after.clusterArn],
    Topics: [before.topic, after.topic],
    ConsumerGroupId: [before.groupId, after.groupId],
    StartingPosition: [JSON.stringify(before.start), JSON.stringify(after.start)],
  }
  for (const [name, [was, is]] of Object.entries(fixed))
    if (was !== is)
      throw new Refusal(`${name} is set when a mapping is created and cannot be updated: create another one.`)
}

function refuseForeignParameters(c: Configuration): void {
  const refuse = (name: string, why: string): never => {
    throw new Refusal(`${name} ${why}: remove it from mapping ${c.UUID}.`)
  }
  if ((c.ParallelizationFactor ?? 1) !== 1)
    refuse('ParallelizationFactor', 'is for Kinesis and DynamoDB streams, not for MSK')
  if ((c.TumblingWindowInSeconds ?? 0) !== 0)
    refuse('TumblingWindowInSeconds', 'is for Kinesis and DynamoDB streams, not for MSK')
  if (c.Queues?.length) refuse('Queues', 'is for Amazon MQ, not for MSK')
  if (Object.keys(c.ScalingConfig ?? {}).length) refuse('ScalingConfig', 'is for SQS, not for MSK')
  if (c.DestinationConfig?.OnSuccess?.Destination)
    refuse('DestinationConfig.OnSuccess', 'does not exist for event source mappings')
  if (c.FilterCriteria?.Filters?.length)
    refuse('FilterCriteria', 'is not honoured by the local event source, which would deliver too much')
  if (c.AmazonManagedKafkaEventSourceConfig?.SchemaRegistryConfig)
    refuse('SchemaRegistryConfig', 'is not honoured by the local event source, which delivers the bytes as they are')
}

function refuseWithoutProvisionedMode(c: Configuration, onFailure: Destination | undefined): void {
  const needing = [
    c.BisectBatchOnFunctionError && 'BisectBatchOnFunctionError',
    (c.MaximumRetryAttempts ?? ENDLESS) !== ENDLESS && 'MaximumRetryAttempts',
    (c.MaximumRecordAgeInSeconds ?? ENDLESS) !== ENDLESS && 'MaximumRecordAgeInSeconds',
    c.FunctionResponseTypes?.length && 'FunctionResponseTypes',
    onFailure?.kind === 'kafka' && 'a Kafka topic as the on-failure destination',
  ].filter((name) => typeof name === 'string')
  if (needing.length > 0)
    throw new Refusal(
      `${needing.join(', ')} on MSK needs provisioned mode: give mapping ${c.UUID} a ProvisionedPollerConfig.`,
    )
}

function provisionedPollers(config: Configuration['ProvisionedPollerConfig']): number | undefined {
  if (!config || (config.MinimumPollers == null && config.MaximumPollers == null)) return undefined
  const minimum = whole('MinimumPollers', config.MinimumPollers ?? 1, 1, 200)
  const maximum = whole('MaximumPollers', config.MaximumPollers ?? 200, 1, 2_000)
  if (maximum < minimum) throw new Refusal(`MaximumPollers (${maximum}) must be at least MinimumPollers (${minimum}).`)
  return maximum
}

function soleTopic(topics: Configuration['Topics']): string {
  const [topic, ...others] = topics ?? []
  if (topic === undefined || others.length > 0)
    throw new Refusal(`A mapping on MSK reads exactly one topic, not ${topics?.length ?? 0}: give Topics one name.`)
  return topic
}

function destination(c: Configuration, topic: string): Destination | undefined {
  const target = c.DestinationConfig?.OnFailure?.Destination
  if (!target) return undefined
  if (target.startsWith(KAFKA_SCHEME)) {
    const name = target.slice(KAFKA_SCHEME.length)
    if (name === '' || name === topic)
      throw new Refusal(
        `The on-failure topic must be another one than the source, ${topic}: what fails would come back without end.`,
      )
    return { kind: 'kafka', topic: name }
  }
  const kind = /^arn:[^:]+:(sqs|sns|s3):/.exec(target)?.[1]
  if (kind === 'sqs' || kind === 'sns' || kind === 's3') return { kind, arn: target }
  throw new Refusal(
    `The on-failure destination ${target} is none of an SQS queue, an SNS topic, an S3 bucket or ${KAFKA_SCHEME}<topic>.`,
  )
}

function startingPosition(c: Configuration, now: number): Mapping['start'] {
  const at = c.StartingPosition
  if (at === 'TRIM_HORIZON' || at === 'LATEST') {
    if (c.StartingPositionTimestamp != null)
      throw new Refusal(`StartingPositionTimestamp goes with StartingPosition AT_TIMESTAMP, not with ${at}.`)
    return { at }
  }
  if (at !== 'AT_TIMESTAMP')
    throw new Refusal(`StartingPosition must be TRIM_HORIZON, LATEST or AT_TIMESTAMP for MSK, not ${at ?? 'absent'}.`)
  const given = c.StartingPositionTimestamp
  const timestampMs =
    typeof given === 'number' ? given * 1000 : typeof given === 'string' ? Date.parse(given) : Number.NaN
  if (Number.isNaN(timestampMs)) throw new Refusal('StartingPosition AT_TIMESTAMP needs a StartingPositionTimestamp.')
  if (timestampMs > now) throw new Refusal('StartingPositionTimestamp cannot be in the future.')
  return { at, timestampMs }
}

function responseTypes(types: Configuration['FunctionResponseTypes']): readonly string[] {
  const unknown = types?.find((type) => type !== 'ReportBatchItemFailures')
  if (unknown !== undefined)
    throw new Refusal(`FunctionResponseTypes knows ReportBatchItemFailures only, not ${unknown}.`)
  return types ?? []
}

function window(seconds: number | null | undefined): number {
  return seconds == null ? DEFAULT_WINDOW_MS : 1000 * whole('MaximumBatchingWindowInSeconds', seconds, 0, 300)
}

function recordAge(seconds: number | null | undefined): number {
  if (seconds == null || seconds === ENDLESS) return Number.POSITIVE_INFINITY
  return 1000 * whole('MaximumRecordAgeInSeconds', seconds, 60, 604_800)
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new Refusal(`${name} must be a whole number from ${least} to ${most}, not ${value}.`)
}
