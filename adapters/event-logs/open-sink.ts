import type { EventSink } from '#domain/ports.ts'
import type { LogSettings } from './log-settings.ts'

/**
 * The way into a stage's log. Only the client of its transport is loaded.
 * @param topics those that will be appended to, and no other
 * @throws Refusal where the log cannot be reached or lacks one of the topics
 */
export async function openSink(settings: LogSettings, topics: readonly string[]): Promise<EventSink> {
  switch (settings.transport) {
    case 'kafka': {
      const { KafkaProducer } = await import('#adapters/kafka/producer.ts')
      return KafkaProducer.open(settings, topics)
    }
    case 'kinesis': {
      const { KinesisProducer } = await import('#adapters/kinesis/producer.ts')
      return KinesisProducer.open(settings, topics)
    }
    default:
      return settings satisfies never
  }
}
