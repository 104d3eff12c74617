import type { LogSettings } from '#adapters/event-logs/log-settings.ts'
import { Refusal } from '#domain/refusal.ts'
import { endpoints } from '#local/state.ts'
import { connectionOf } from './stage.ts'

/** The options by which a command says which log it means. */
export interface LogOptions {
  readonly stage: string
  /** `host:port` of brokers, instead of a stage. */
  readonly kafka?: string
  readonly iam?: boolean
}

/**
 * The log that the options name.
 * @throws Refusal where they contradict each other, or the stage's brokers cannot be reached from outside
 */
export async function logOf({ stage, kafka, iam = false }: LogOptions): Promise<LogSettings> {
  if (kafka !== undefined) {
    if (stage !== 'local') throw new Refusal('--kafka names the broker itself: leave out --stage.')
    return { transport: 'kafka', bootstrap: kafka, iam }
  }
  if (iam) throw new Refusal('--iam is how a broker lets in: name that with --kafka.')
  if (stage === 'local') return endpoints().log
  // The stages' own page is slow to load, because it brings the CDK along.
  const { readContext } = await import('#lib/stage.ts')
  const { transport } = readContext((key) => (key === 'stage' ? stage : undefined)).stage
  if (transport.kind === 'kinesis') return { transport: 'kinesis', ...connectionOf(stage) }
  throw new Refusal(
    `The brokers of stage ${stage} stand in its own network: run this there, with --kafka <host:port> --iam.`,
  )
}
