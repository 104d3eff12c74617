import { Logger } from '@aws-lambda-powertools/logger'
import { logSettingsOf } from '#adapters/event-logs/log-settings.ts'
import { openLog } from '#adapters/event-logs/open-log.ts'
import type { Partition } from '#domain/ports.ts'
import { Refusal } from '#domain/refusal.ts'
import { topicsOf } from '#domain/topics.ts'
import { wireHotMetrics } from '../hot-metrics/wiring.ts'
import { type RebuildResult, rebuildPartition } from './rebuild-partition.ts'

/** What to rebuild; by default all that needs it, as on the schedule. */
export interface RebuildRequest {
  readonly topic?: string
  readonly partitions?: readonly number[]
  /** Rebuild what is whole, too. @default false */
  readonly force?: boolean
}

export interface RebuildFailure extends Partition {
  readonly outcome: 'failed'
  readonly reason: string
}

/** Left over before Lambda ends the invocation, to write what is counted and answer, ms. */
const SPARE_MS = 20_000

const logger = new Logger({ serviceName: 'hot-rebuild' })
const { connection, outside } = wireHotMetrics(process.env)
const topics = topicsOf(process.env.TOPICS)
const log = await openLog(logSettingsOf(process.env))

/** Rebuilds partitions one after the other; one that fails does not stop the others, and its reason is in the answer. */
export async function handler(
  request: RebuildRequest,
  context: { getRemainingTimeInMillis(): number },
): Promise<{ readonly partitions: readonly (RebuildResult | RebuildFailure)[] }> {
  await connection.refresh()
  const deadline = Date.now() + context.getRemainingTimeInMillis() - SPARE_MS
  const results: (RebuildResult | RebuildFailure)[] = []
  for (const partition of wanted(request)) {
    try {
      const result = await rebuildPartition(partition, request.force ?? false, { ...outside, log, deadline })
      if (result.outcome !== 'whole')
        logger.info(`${partition.topic}:${partition.partition} ${result.outcome}`, { ...result })
      results.push(result)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      logger.error('partition not rebuilt; the next run tries again', {
        error: error instanceof Error ? error : new Error(reason),
        ...partition,
      })
      results.push({ ...partition, outcome: 'failed', reason })
    }
  }
  return { partitions: results }
}

function wanted({ topic, partitions }: RebuildRequest): readonly Partition[] {
  if (topic !== undefined && !topics.has(topic))
    throw new Refusal(`There is no topic ${topic}; there are ${[...topics.keys()].join(' and ')}.`)
  return [...topics]
    .filter(([name]) => topic === undefined || name === topic)
    .flatMap(([name, count]) => Array.from({ length: count }, (_, partition) => ({ topic: name, partition })))
    .filter(({ partition }) => partitions === undefined || partitions.includes(partition))
}
