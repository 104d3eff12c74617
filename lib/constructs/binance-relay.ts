import { Duration } from 'aws-cdk-lib'
import { ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { FilterPattern } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { AlarmSpec, Watched } from './alarm-spec.ts'
import { AlarmedFunction, type AlarmedFunctionProps } from './alarmed-function.ts'

export interface BinanceRelayProps extends Pick<AlarmedFunctionProps, 'stage' | 'key'> {
  /** In Binance's spelling. */
  readonly symbols: readonly string[]
  /** Besides the symbols and how long a run lasts. */
  readonly environment: Readonly<Record<string, string>>
}

/** A run's length, and the pause between two starts: so two runs overlap for two minutes, and the later takes over. */
const RUN = Duration.minutes(14)
export const RELAY_EVERY = Duration.minutes(12)

const IMPACT = 'Prices of Binance stand still, and wait at the venue until somebody listens again.'

/** Listens to Binance without a pause, in runs that overlap. */
export class BinanceRelay extends Construct implements Watched {
  readonly fn: AlarmedFunction
  readonly alarms: readonly AlarmSpec[]

  constructor(scope: Construct, id: string, { stage, key, symbols, environment }: BinanceRelayProps) {
    super(scope, id)
    this.fn = new AlarmedFunction(this, 'Function', {
      stage,
      key,
      name: 'binance-relay',
      description: 'Hands over the trades of Binance, each once, whatever connections break.',
      impact: IMPACT,
      runbook: 'binance-relay-failing',
      timeout: Duration.minutes(15),
      // Two that overlap, and one that begins anew where one of them failed.
      concurrency: 3,
      // A run ends every twelve minutes: alarms by the minute would never fire.
      errorsByDesign: true,
      environment: { ...environment, SYMBOLS: symbols.join(','), RUN_SECONDS: String(RUN.toSeconds()) },
    })
    // One that failed begins anew at once; what it missed meanwhile it finds by itself.
    this.fn.fn.configureAsyncInvoke({ maxEventAge: RELAY_EVERY, retryAttempts: 1 })
    this.alarms = [...this.fn.alarms, ...this.runAlarms(), ...this.lossAlarms(stage.alarms)]
  }

  private runAlarms(): readonly AlarmSpec[] {
    const runbook = 'binance-relay-failing'
    return [
      {
        name: 'binance-relay-errors',
        metric: this.fn.fn.metricErrors({ period: Duration.minutes(15) }),
        threshold: 1,
        periods: 2,
        impact: IMPACT,
        runbook,
      },
      {
        // Whatever keeps it from running, of this it can tell nobody itself.
        name: 'binance-relay-not-running',
        metric: new Metric({
          namespace: 'AWS/Lambda',
          metricName: 'ConcurrentExecutions',
          dimensionsMap: { FunctionName: this.fn.functionName },
          statistic: Stats.MAXIMUM,
          period: Duration.minutes(5),
        }),
        threshold: 1,
        comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
        missing: TreatMissingData.BREACHING,
        periods: 3,
        impact: IMPACT,
        runbook,
      },
    ]
  }

  /** A run says at its end how many trades it had to give up. */
  private lossAlarms(isAlarmed: boolean): readonly AlarmSpec[] {
    if (!isAlarmed) return []
    const metric = this.fn.metricOfLines('trades-lost', {
      pattern: FilterPattern.all(
        FilterPattern.stringValue('$.message', '=', 'relayed'),
        FilterPattern.numberValue('$.lost', '>', 0),
      ),
      value: '$.lost',
      period: Duration.minutes(5),
    })
    return [
      {
        name: 'binance-gap-unfilled',
        metric,
        threshold: 1,
        impact: 'Trades of Binance are missing: bars and volumes of these minutes are wrong, here and in the tables.',
        runbook: 'binance-gap',
      },
    ]
  }
}
