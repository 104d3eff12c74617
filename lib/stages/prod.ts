import { RemovalPolicy } from 'aws-cdk-lib'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { StageConfig } from '../stage.ts'

/** The desk's own: three zones, data that no deployment can delete, logs for a year. */
export const prod: StageConfig = {
  name: 'prod',
  dataRemovalPolicy: RemovalPolicy.RETAIN,
  mayDeleteData: false,
  logRetention: RetentionDays.ONE_YEAR,
  customerKeys: true,
  network: { cidr: '10.43.0.0/20', zones: 3, flowLogs: true },
  transport: {
    kind: 'kafka',
    brokerType: 'kafka.m7g.large',
    brokers: 3,
    volume: 500,
    replicationFactor: 3,
    minInSyncReplicas: 2,
    pollers: 4,
    clients: 'iam',
  },
  partitions: 12,
  cache: { maximumStorage: 20, maximumUnits: 60_000, clients: 'iam' },
  lake: {
    buffers: { megabytes: 128, seconds: 900 },
    landingWindow: 5,
    workers: 10,
    concurrency: 8,
    leasePause: 5,
    readLimit: 200,
  },
  feeds: {
    binance: ['BTCUSDT', 'ETHUSDT', 'BNBUSDT'],
    polls: ['coingecko', 'fear_greed', 'rss', 'newsapi'],
    publishers: 10,
    begun: true,
  },
  login: true,
  api: { accessLogs: true, firewall: true, rate: 500, burst: 1_000 },
  alarms: true,
  tracing: true,
}
