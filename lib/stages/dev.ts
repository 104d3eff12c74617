import { RemovalPolicy } from 'aws-cdk-lib'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { StageConfig } from '../stage.ts'

/** A small AWS account for trying things: Kinesis instead of a cluster, and everything may go. */
export const dev: StageConfig = {
  name: 'dev',
  dataRemovalPolicy: RemovalPolicy.DESTROY,
  mayDeleteData: true,
  logRetention: RetentionDays.ONE_WEEK,
  customerKeys: true,
  network: { cidr: '10.41.0.0/20', zones: 2, flowLogs: true },
  transport: { kind: 'kinesis' },
  partitions: 2,
  cache: { maximumStorage: 1, maximumUnits: 5_000, clients: 'iam' },
  lake: {
    buffers: { megabytes: 128, seconds: 900 },
    landingWindow: 5,
    workers: 2,
    concurrency: 4,
    leasePause: 5,
    readLimit: 10,
  },
  // No Binance: a relay that always listens would cost more than all else of this stage.
  feeds: { polls: ['coingecko', 'fear_greed', 'rss', 'newsapi'], publishers: 2, begun: true },
  login: true,
  api: { accessLogs: true, firewall: false, rate: 50, burst: 100 },
  alarms: true,
  tracing: true,
}
