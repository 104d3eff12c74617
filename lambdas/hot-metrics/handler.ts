import { Logger } from '@aws-lambda-powertools/logger'
import { deliveriesOf } from '#adapters/event-sources/log-records.ts'
import { updateHotMetrics } from './update-hot-metrics.ts'
import { wireHotMetrics } from './wiring.ts'

const logger = new Logger({ serviceName: 'hot-metrics' })
const { connection, outside } = wireHotMetrics(process.env)

/**
 * Counts a delivery, its partitions side by side. Of a partition that cannot be counted every record is named as failed,
 * since Kafka's event source delivers again only what is named: that stops the partition, and no other.
 */
export async function handler(event: unknown) {
  const deliveries = deliveriesOf(event)
  await connection.refresh()
  const failures = await Promise.all(
    deliveries.map(async (delivery) => {
      const { topic, partition, records, contiguous } = delivery
      const [first] = records
      if (first === undefined) return []
      try {
        await updateHotMetrics({ topic, partition }, records, contiguous, outside)
        return []
      } catch (error) {
        logger.error('partition not counted; its batch will be delivered again', {
          error: error instanceof Error ? error : new Error(String(error)),
          topic,
          partition,
          offset: first.offset.toString(),
          records: records.length,
        })
        return records.map((record) => delivery.failureAt(record))
      }
    }),
  )
  return { batchItemFailures: failures.flat() }
}
