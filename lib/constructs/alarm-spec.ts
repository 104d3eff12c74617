import type { ComparisonOperator, IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'

/** The page of docs/runbooks that says how to look and what to do. */
export type Runbook =
  | 'api-failing'
  | 'authorizer-failing'
  | 'binance-gap'
  | 'binance-relay-failing'
  | 'collector-failing'
  | 'firehose-failing'
  | 'hot-cache-full'
  | 'hot-metrics-failing'
  | 'hot-metrics-lag'
  | 'hot-rebuild-failing'
  | 'ingest-dead-letters'
  | 'ingest-queue-behind'
  | 'kafka-brokers'
  | 'lake-landing-failing'
  | 'lake-landing-lag'
  | 'lake-redrive-failing'
  | 'publisher-failing'
  | 'refresh-failing'
  | 'refresh-not-started'
  | 'venue-poll-failing'

/** An alarm as its resource describes it; the monitoring stack makes it and sends it to somebody. */
export interface AlarmSpec {
  /** Unique in the stage: `hot-metrics-errors`. */
  readonly name: string
  readonly metric: IMetric
  readonly threshold: number
  /** What a user loses while it lasts: one sentence, which opens the alarm's text. */
  readonly impact: string
  readonly runbook: Runbook
  /** Periods in a row before it fires. @default 1 */
  readonly periods?: number
  /** @default ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD */
  readonly comparison?: ComparisonOperator
  /** @default TreatMissingData.NOT_BREACHING */
  readonly missing?: TreatMissingData
}

/** Whatever has alarms for the monitoring stack to make. */
export interface Watched {
  readonly alarms: readonly AlarmSpec[]
}
