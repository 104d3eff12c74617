import { Aspects } from 'aws-cdk-lib'
import { Construct } from 'constructs'
import type { EventDefinition } from '#domain/events/define-event.ts'
import type { Schedule } from '#domain/tables/schedules.ts'
import type { Table } from '#domain/tables/table.ts'
import { KeepData } from './constructs/keep-data.ts'
import { AccessStack } from './stacks/access-stack.ts'
import { ColdPathStack } from './stacks/cold-path-stack.ts'
import { FeedsStack } from './stacks/feeds-stack.ts'
import { HotPathStack } from './stacks/hot-path-stack.ts'
import { LakeStack } from './stacks/lake-stack.ts'
import { MonitoringStack } from './stacks/monitoring-stack.ts'
import { NetworkStack } from './stacks/network-stack.ts'
import { capitalised } from './stacks/platform-stack.ts'
import { ServingStack } from './stacks/serving-stack.ts'
import { StreamsStack } from './stacks/streams-stack.ts'
import type { StageContext } from './stage.ts'

/** What the platform is about: lists, each one file an entry. */
export interface Catalogue {
  readonly events: readonly EventDefinition[]
  /** Those that runs refresh. */
  readonly tables: readonly Table[]
  /** When they do. */
  readonly schedules: readonly Schedule[]
}

/**
 * Lodestream in one environment: `cdk deploy --all -c stage=prod`.
 * (A plain construct and not a `Stage`, inside which `--all` finds no stack.)
 *
 *     feeds ──▶ streams ─┬▶ hot path ──────────▶ serving        (seconds)
 *                        └▶ cold path ─▶ lake ──▶                (minutes, for ever)
 *
 * Network, streams, lake and access hold what cannot be made again. Everything else can be destroyed and deployed anew:
 * the hot path too, because its values are rebuilt from the log.
 */
export class Platform extends Construct {
  constructor(
    scope: Construct,
    { stage, bootstrapBrokers, alarmEmail, venues }: StageContext,
    { events, tables, schedules }: Catalogue,
  ) {
    super(scope, `Lodestream-${capitalised(stage.name)}`)

    // kept
    const network = new NetworkStack(this, 'Network', { stage })
    const streams = new StreamsStack(this, 'Streams', { stage, network, events, bootstrapBrokers })
    const lake = new LakeStack(this, 'Lake', { stage, events })
    const access = stage.login ? new AccessStack(this, 'Access', { stage }) : undefined

    // replaceable
    const feeds = new FeedsStack(this, 'Feeds', { stage, network, streams, lake, venues })
    const hotPath = new HotPathStack(this, 'HotPath', { stage, network, streams })
    const coldPath = new ColdPathStack(this, 'ColdPath', { stage, streams, lake, tables, schedules })
    const serving = new ServingStack(this, 'Serving', {
      stage,
      network,
      streams,
      lake,
      hotPath,
      feeds,
      venues,
      access,
    })
    if (stage.alarms) {
      const watch = [streams, feeds, hotPath, coldPath, serving]
      new MonitoringStack(this, 'Monitoring', { stage, watch, alarmEmail })
    }

    Aspects.of(this).add(new KeepData(stage))
  }
}
