import { Aspects } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { EventDefinition } from '#domain/events/define-event.ts'
import { KeepData } from './constructs/keep-data.ts'
import { AccessStack } from './stacks/access-stack.ts'
import { HotPathStack } from './stacks/hot-path-stack.ts'
import { MonitoringStack } from './stacks/monitoring-stack.ts'
import { NetworkStack } from './stacks/network-stack.ts'
import { capitalised } from './stacks/platform-stack.ts'
import { ServingStack } from './stacks/serving-stack.ts'
import { StreamsStack } from './stacks/streams-stack.ts'
import type { StageContext } from './stage.ts'

/** What the platform is about: lists, each one file an entry. */
export interface Catalogue {
  readonly events: readonly EventDefinition[]
}

/**
 * Lodestream in one environment: `cdk deploy --all -c stage=prod`.
 * (A plain construct and not a `Stage`, inside which `--all` finds no stack.)
 *
 *     streams ─▶ hot path ─▶ serving        (seconds)
 *
 * Network, streams and access hold what cannot be made again. Everything else can be destroyed and deployed anew: the
 * hot path too, because its values are rebuilt from the log.
 */
export class Platform extends Construct {
  constructor(scope: Construct, { stage, bootstrapBrokers, alarmEmail }: StageContext, { events }: Catalogue) {
    super(scope, `Lodestream-${capitalised(stage.name)}`)

    // kept
    const network = new NetworkStack(this, 'Network', { stage })
    const streams = new StreamsStack(this, 'Streams', { stage, network, events, bootstrapBrokers })
    const access = stage.login ? new AccessStack(this, 'Access', { stage }) : undefined

    // replaceable
    const hotPath = new HotPathStack(this, 'HotPath', { stage, network, streams })
    const serving = new ServingStack(this, 'Serving', { stage, network, streams, hotPath, access })
    if (stage.alarms) {
      new MonitoringStack(this, 'Monitoring', { stage, watch: [streams, hotPath, serving], alarmEmail })
    }

    Aspects.of(this).add(new KeepData(stage))
  }
}
