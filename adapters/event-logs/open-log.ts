import type { Log } from '#domain/ports.ts'
import type { LogSettings } from './log-settings.ts'

/** A stage's log, to read from. Only the client of its transport is loaded; nothing is asked of it yet. */
export async function openLog(settings: LogSettings): Promise<Log> {
  switch (settings.transport) {
    case 'kafka': {
      const { KafkaLog } = await import('#adapters/kafka/log.ts')
      return new KafkaLog(settings)
    }
    case 'kinesis': {
      const { KinesisLog } = await import('#adapters/kinesis/log.ts')
      return new KinesisLog(settings)
    }
    default:
      return settings satisfies never
  }
}
