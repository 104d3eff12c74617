import { Logger } from '@aws-lambda-powertools/logger'
import { deliveriesOf } from '#adapters/event-sources/log-records.ts'
import { landEvents } from './land-events.ts'
import { wireLanding } from './wiring.ts'

const logger = new Logger({ serviceName: 'lake-landing' })
const { landing } = wireLanding(process.env)

/**
 * Lands a delivery, its partitions side by side. Of a partition that cannot land every record is named as failed, since
 * Kafka's event source delivers again only what is named: that stops the partition, and no other.
 */
export async function handler(event: unknown) {
  const failures = await Promise.all(
    deliveriesOf(event).map(async (delivery) => {
      const { topic, partition, records } = delivery
      try {
        await landEvents(records, landing)
        return []
      } catch (error) {
        logger.error('partition not landed; its batch will be delivered again', {
          error: error instanceof Error ? error : new Error(String(error)),
          topic,
          partition,
          offset: records[0]?.offset.toString(),
          records: records.length,
        })
        return records.map((record) => delivery.failureAt(record))
      }
    }),
  )
  return { batchItemFailures: failures.flat() }
}
