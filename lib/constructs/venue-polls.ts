import { Duration } from 'aws-cdk-lib'
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import type { PollSource } from '../stage.ts'
import type { AlarmSpec, Watched } from './alarm-spec.ts'
import { AlarmedFunction, type AlarmedFunctionProps } from './alarmed-function.ts'

export interface VenuePollsProps extends Pick<AlarmedFunctionProps, 'stage' | 'key'> {
  readonly environment: Readonly<Record<string, string>>
}

/** How often each source is asked. For nothing CoinGecko answers 10,000 requests a month, NewsAPI a hundred a day. */
export const POLL_EVERY: Readonly<Record<PollSource, Duration>> = {
  coingecko: Duration.minutes(5),
  fear_greed: Duration.hours(1),
  rss: Duration.minutes(5),
  newsapi: Duration.minutes(15),
}

const IMPACT = 'Market summaries, the mood of the market or headlines stay as they were.'

/** Asks sources that only answer when they are asked: a run a source, so that none fails or waits with another. */
export class VenuePolls extends Construct implements Watched {
  readonly fn: AlarmedFunction
  readonly alarms: readonly AlarmSpec[]

  constructor(scope: Construct, id: string, { stage, key, environment }: VenuePollsProps) {
    super(scope, id)
    this.fn = new AlarmedFunction(this, 'Function', {
      stage,
      key,
      name: 'venue-poll',
      description: 'Asks one source for what is new, and hands it over.',
      impact: IMPACT,
      runbook: 'venue-poll-failing',
      memory: 256,
      timeout: Duration.minutes(1),
      // Sources are asked minutes to an hour apart: alarms by the minute would never fire.
      errorsByDesign: true,
      environment,
    })
    // A run tries again by itself, and the next one is due soon.
    this.fn.fn.configureAsyncInvoke({ maxEventAge: Duration.minutes(2), retryAttempts: 0 })
    const spec = { impact: IMPACT, runbook: 'venue-poll-failing' } as const
    this.alarms = [
      ...this.fn.alarms,
      {
        ...spec,
        name: 'venue-poll-failing',
        metric: this.fn.fn.metricErrors({ period: Duration.minutes(30) }),
        threshold: 6,
      },
      {
        // What is asked every hour cannot fail more often.
        ...spec,
        name: 'venue-poll-failing-for-hours',
        metric: this.fn.fn.metricErrors({ period: Duration.hours(1) }),
        threshold: 1,
        periods: 3,
      },
      {
        ...spec,
        name: 'venue-poll-not-running',
        metric: this.fn.fn.metricInvocations({ period: Duration.minutes(15) }),
        threshold: 1,
        comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
        missing: TreatMissingData.BREACHING,
      },
    ]
  }
}
