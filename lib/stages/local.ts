import { RemovalPolicy } from 'aws-cdk-lib'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { StageConfig } from '../stage.ts'

/**
 * One machine, in LocalStack: the same functions, mappings, rules and API. What LocalStack cannot create is switched off
 * here (flow logs, Cognito, CloudFront, WAF, the account role that API access logs need), and so is what would only slow
 * the start: keys of our own, tracing, and alarms, whose metrics no local engine emits.
 */
export const local: StageConfig = {
  name: 'local',
  env: { account: '000000000000', region: 'us-east-1' },
  dataRemovalPolicy: RemovalPolicy.DESTROY,
  mayDeleteData: true,
  logRetention: RetentionDays.ONE_DAY,
  customerKeys: false,
  network: { cidr: '10.40.0.0/20', zones: 2, flowLogs: false },
  transport: {
    kind: 'kafka',
    brokerType: 'kafka.t3.small',
    brokers: 2,
    volume: 10,
    // One broker runs here.
    replicationFactor: 1,
    minInSyncReplicas: 1,
    // Each invocation at once is a process; two cores serve one a topic soonest.
    pollers: 1,
    clients: 'plaintext',
  },
  partitions: 4,
  cache: { maximumStorage: 1, maximumUnits: 5_000, clients: 'plaintext' },
  // The smallest that Firehose takes; its bridge's clock runs faster.
  lake: {
    buffers: { megabytes: 64, seconds: 60 },
    landingWindow: 1,
    workers: 2,
    // Two cores: one Spark and one Trino at once are enough.
    concurrency: 2,
    leasePause: 1,
    readLimit: 1,
  },
  feeds: {
    binance: ['BTCUSDT', 'ETHUSDT', 'BNBUSDT'],
    polls: ['coingecko', 'fear_greed', 'rss', 'newsapi'],
    // Two cores.
    publishers: 2,
    // The hot path first: `lodestream up` begins them.
    begun: false,
  },
  login: false,
  api: { accessLogs: false, firewall: false, rate: 500, burst: 1_000 },
  alarms: false,
  tracing: false,
}
