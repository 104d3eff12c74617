import { CfnOutput, Duration, RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { IKey } from 'aws-cdk-lib/aws-kms'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import { prefixes } from '#domain/lake/names.ts'
import type { AlarmSpec, Watched } from '../constructs/alarm-spec.ts'
import { AlarmedFunction } from '../constructs/alarmed-function.ts'
import { BinanceRelay, RELAY_EVERY } from '../constructs/binance-relay.ts'
import { customerKey } from '../constructs/customer-key.ts'
import { IngestQueue } from '../constructs/ingest-queue.ts'
import { TimedInvocation } from '../constructs/timed-invocation.ts'
import { venueAddresses } from '../constructs/venue-addresses.ts'
import { POLL_EVERY, VenuePolls } from '../constructs/venue-polls.ts'
import type { PollSource, StageConfig } from '../stage.ts'
import type { LakeStack } from './lake-stack.ts'
import type { NetworkStack } from './network-stack.ts'
import { PlatformStack } from './platform-stack.ts'
import type { StreamsStack } from './streams-stack.ts'

export interface FeedsStackProps {
  readonly stage: StageConfig
  readonly network: NetworkStack
  readonly streams: StreamsStack
  readonly lake: LakeStack
  /** http://host:port of what stands in for the venues. @default the venues themselves */
  readonly venues?: string | undefined
}

/** Where in the lake's bucket the relay notes how far it has come. */
const RELAY_FOLDER = `${prefixes.feeds}binance/`

/**
 * From the outside to the topics. Whoever reaches the internet stands outside the VPC and hands over through the queue;
 * the publisher alone stands where the log is, and Lambda's own pollers bring the queue to it.
 */
export class FeedsStack extends PlatformStack implements Watched {
  readonly queue: IngestQueue
  readonly alarms: AlarmSpec[] = []
  private readonly stage: StageConfig
  private readonly key: IKey | undefined
  private readonly streams: StreamsStack
  private readonly lake: LakeStack

  constructor(scope: Construct, id: string, { stage, network, streams, lake, venues }: FeedsStackProps) {
    super(scope, id, { stage, description: 'what brings events in' })
    this.stage = stage
    this.streams = streams
    this.lake = lake
    this.key = customerKey(this, { stage, purpose: 'feeds' })
    const publisherTimeout = Duration.seconds(30)
    this.queue = new IngestQueue(this, 'Ingest', { stage, key: this.key, readerTimeout: publisherTimeout })
    this.alarms.push(...this.queue.alarms)
    this.addPublisher(network, publisherTimeout)
    const { binance: symbols = [], polls } = stage.feeds
    const addresses = venueAddresses(venues)
    const scheduler = new Role(this, 'FeedSchedules', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') })
    if (symbols.length > 0) this.addRelay(symbols, addresses.binance, scheduler)
    this.addPolls(polls, { ...addresses.polls, API_KEYS_SECRET: this.apiKeysName }, addresses.keys, scheduler)
    new CfnOutput(this, 'IngestQueueUrl', { value: this.queue.url })
  }

  private addPublisher(network: NetworkStack, timeout: Duration): void {
    const { kafka, topics, logEnvironment } = this.streams
    const publisher = new AlarmedFunction(this, 'Publisher', {
      stage: this.stage,
      key: this.key,
      name: 'publisher',
      description: 'Appends what the feeds hand over to the topics.',
      impact: 'What feeds and products send does not reach the topics, and waits in the queue.',
      runbook: 'publisher-failing',
      timeout,
      // Kinesis is a service of the region: only a cluster of ours has to be met in its own network.
      ...(kafka && { network: { vpc: network.vpc, securityGroups: [kafka.clients] } }),
      environment: logEnvironment,
    })
    for (const topic of topics) topic.grantProduce(publisher)
    this.queue.addReader(publisher, this.stage.feeds.publishers)
    this.alarms.push(...publisher.alarms)
  }

  private addRelay(symbols: readonly string[], addresses: Readonly<Record<string, string>>, scheduler: Role): void {
    const { stage, key, streams } = this
    const environment = { ...this.environmentOf(RELAY_FOLDER), ...streams.schemas.environment, ...addresses }
    const { fn, alarms } = new BinanceRelay(this, 'BinanceRelay', { stage, key, symbols, environment })
    this.grantHandOver(fn, RELAY_FOLDER)
    streams.schemas.grantWrite(fn)
    fn.grantInvoke(scheduler)
    new TimedInvocation(this, 'Relays', {
      stage,
      name: 'binance-relay',
      description: 'Begins a run before the last one ends.',
      fn,
      every: RELAY_EVERY,
      role: scheduler,
    })
    this.alarms.push(...alarms)
  }

  private addPolls(
    sources: readonly PollSource[],
    addresses: Readonly<Record<string, string>>,
    firstKeys: Readonly<Record<string, string>>,
    scheduler: Role,
  ): void {
    const { stage, key } = this
    const environment = { ...this.environmentOf(prefixes.feeds), ...addresses }
    const { fn, alarms } = new VenuePolls(this, 'VenuePolls', { stage, key, environment })
    this.grantHandOver(fn, prefixes.feeds)
    this.addApiKeys(firstKeys).grantRead(fn)
    fn.grantInvoke(scheduler)
    for (const source of sources) {
      new TimedInvocation(this, `Poll-${source}`, {
        stage,
        name: `poll-${source.replaceAll('_', '-')}`,
        description: `Asks ${source} for what is new.`,
        fn,
        every: POLL_EVERY[source],
        role: scheduler,
        input: { source },
      })
    }
    this.alarms.push(...alarms)
  }

  private get apiKeysName(): string {
    return `lodestream-${this.stage.name}-api-keys`
  }

  /** Keys are put in by people, and stay through deployments: CloudFormation writes only what it wrote differently before. */
  private addApiKeys(firstKeys: Readonly<Record<string, string>>): Secret {
    const secret = new Secret(this, 'ApiKeys', {
      secretName: this.apiKeysName,
      description:
        'Keys of venues, as JSON: {"coingecko":"…","newsapi":"…"}. A venue without one is asked without, or not at all.',
      // No secrets yet: places for them.
      secretObjectValue: Object.fromEntries(
        Object.entries(firstKeys).map(([venue, none]) => [venue, SecretValue.unsafePlainText(none)]),
      ),
      removalPolicy: RemovalPolicy.DESTROY,
      ...(this.key && { encryptionKey: this.key }),
    })
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'The venues give these keys to people, and offer no way to change them from here.',
    })
    return secret
  }

  /** Where a feed hands over, and where it notes how far it has come. */
  private environmentOf(folder: string): Readonly<Record<string, string>> {
    return { QUEUE_URL: this.queue.url, STATE_BUCKET: this.lake.lake.bucketName, STATE_PREFIX: folder }
  }

  private grantHandOver(fn: AlarmedFunction, folder: string): void {
    this.queue.grantSend(fn)
    this.lake.lake.grantObjects(fn, ['read', 'write'], [folder])
  }
}
