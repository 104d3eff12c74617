import { RemovalPolicy } from 'aws-cdk-lib'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { StageConfig } from '../stage.ts'

/** Production in small: the same shape on smaller brokers. Its data is kept, so that a release is tried on a history. */
export const staging: StageConfig = {
  name: 'staging',
  dataRemovalPolicy: RemovalPolicy.RETAIN,
  mayDeleteData: false,
  logRetention: RetentionDays.ONE_MONTH,
  customerKeys: true,
  network: { cidr: '10.42.0.0/20', zones: 3, flowLogs: true },
  transport: {
    kind: 'kafka',
    brokerType: 'kafka.m7g.large',
    brokers: 3,
    volume: 100,
    replicationFactor: 3,
    minInSyncReplicas: 2,
    pollers: 4,
    clients: 'iam',
  },
  partitions: 4,
  cache: { maximumStorage: 5, maximumUnits: 15_000, clients: 'iam' },
  lake: {
    buffers: { megabytes: 128, seconds: 900 },
    landingWindow: 5,
    workers: 2,
    concurrency: 4,
    leasePause: 5,
    readLimit: 50,
  },
  feeds: {
    binance: ['BTCUSDT', 'ETHUSDT', 'BNBUSDT'],
    polls: ['coingecko', 'fear_greed', 'rss', 'newsapi'],
    publishers: 4,
    begun: true,
  },
  login: true,
  api: { accessLogs: true, firewall: true, rate: 100, burst: 200 },
  alarms: true,
  tracing: true,
}
