import { CfnOutput, Duration } from 'aws-cdk-lib'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import type { Construct } from 'constructs'
import type { AlarmSpec, Watched } from '../constructs/alarm-spec.ts'
import { AlarmedFunction } from '../constructs/alarmed-function.ts'
import { customerKey } from '../constructs/customer-key.ts'
import { HotCache } from '../constructs/hot-cache.ts'
import type { StageConfig } from '../stage.ts'
import type { NetworkStack } from './network-stack.ts'
import { PlatformStack } from './platform-stack.ts'
import type { StreamsStack } from './streams-stack.ts'

export interface HotPathStackProps {
  readonly stage: StageConfig
  readonly network: NetworkStack
  readonly streams: StreamsStack
}

/** From topics to live values in seconds, and the repair of what is missing from them. */
export class HotPathStack extends PlatformStack implements Watched {
  readonly cache: HotCache
  readonly alarms: readonly AlarmSpec[]

  constructor(scope: Construct, id: string, props: HotPathStackProps) {
    super(scope, id, { stage: props.stage, description: 'live values' })
    const { stage, network, streams } = props
    const key = customerKey(this, { stage, purpose: 'hot-path' })
    this.cache = new HotCache(this, 'HotCache', { stage, vpc: network.vpc, key })

    const hotMetrics = new AlarmedFunction(this, 'HotMetrics', {
      stage,
      key,
      name: 'hot-metrics',
      description: 'Counts events into live values, exactly once in effect.',
      impact: 'Prices, bars and positions stand still for some symbols and accounts.',
      runbook: 'hot-metrics-failing',
      memory: 1024,
      timeout: Duration.minutes(1),
      network: { vpc: network.vpc, securityGroups: [this.cache.clients, network.schemaReaders] },
      environment: { ...this.cache.environmentFor('writer'), ...streams.schemas.environment },
    })
    this.cache.grantWrite(hotMetrics)
    streams.schemas.grantRead(hotMetrics)
    for (const topic of streams.topics) {
      topic.addConsumer(hotMetrics, {
        impact: 'Prices, bars and positions are older than the page promises: more than 30 seconds.',
        runbook: 'hot-metrics-lag',
      })
    }

    const rebuild = this.addRebuild(props)
    this.alarms = [...this.cache.alarms, ...hotMetrics.alarms, ...rebuild.alarms]
    new CfnOutput(this, 'HotMetricsFunction', { value: hotMetrics.fn.functionName })
  }

  private addRebuild({ stage, network, streams }: HotPathStackProps): AlarmedFunction {
    const toLog = streams.kafka?.clients ?? network.streamReaders
    const rebuild = new AlarmedFunction(this, 'HotRebuild', {
      stage,
      key: this.cache.key,
      name: 'hot-rebuild',
      description: 'Rebuilds live values from the log where they are missing or have a gap.',
      impact: 'Values that were lost stay missing, and the page shows them as stale.',
      runbook: 'hot-rebuild-failing',
      memory: 2048,
      timeout: Duration.minutes(15),
      // Two at once would build the same partition twice; the next minute's run finds the first at work and is refused.
      concurrency: 1,
      throttlesByDesign: true,
      network: {
        vpc: network.vpc,
        securityGroups: [this.cache.clients, network.schemaReaders, ...(toLog === undefined ? [] : [toLog])],
      },
      environment: {
        ...this.cache.environmentFor('writer'),
        ...streams.schemas.environment,
        ...streams.logEnvironment,
        TOPICS: streams.partitionsByTopic,
      },
    })
    this.cache.grantWrite(rebuild)
    streams.schemas.grantRead(rebuild)
    for (const topic of streams.topics) topic.grantRead(rebuild)
    // What was refused is stale in a minute, when the next one comes.
    rebuild.fn.configureAsyncInvoke({ maxEventAge: Duration.minutes(1), retryAttempts: 0 })
    new Rule(this, 'EveryMinute', {
      description: 'Looks for live values to rebuild.',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaFunction(rebuild.fn, {
          maxEventAge: Duration.minutes(1),
          retryAttempts: 0,
        }),
      ],
    })
    new CfnOutput(this, 'HotRebuildFunction', { value: rebuild.fn.functionName })
    return rebuild
  }
}
