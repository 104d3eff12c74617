import { Logger } from '@aws-lambda-powertools/logger'
import { deliveriesOf } from '#adapters/event-sources/log-records.ts'
import { updateHotMetrics } from './update-hot-metrics.ts'
import { wireHotMetrics } from './wiring.ts'

const logger = new Logger({ serviceName: 'hot-metrics' })
const { connection, outside } = wireHotMetrics(process.env)

/**
 * Counts a delivery, its partitions side by side. A partition that cannot be counted is named as failed from its first
 * record on, which stops that partition and no other: Lambda delivers it again until it succeeds.
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
        return [delivery.failureAt(first)]
      }
    }),
  )
  return { batchItemFailures: failures.flat() }
}
