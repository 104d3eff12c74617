import type { Checkpoint, HotStore, Log, Partition } from '#domain/ports.ts'
import { currentGeneration, openGeneration } from '../hot-metrics/open-state.ts'
import { batchOf, type HotMetrics } from '../hot-metrics/update-hot-metrics.ts'

export interface Rebuilding extends Omit<HotMetrics, 'warm'> {
  readonly log: Log
  /** When to stop for now, ms: the build goes on from its checkpoint next time. */
  readonly deadline: number
}

export interface RebuildResult extends Partition {
  /** whole: nothing to do; rebuilt: another generation took over; behind: time was up, and it goes on next time. */
  readonly outcome: 'whole' | 'rebuilt' | 'behind'
  readonly generation: string
  /** Records counted by this run. */
  readonly records: number
}

/**
 * Rebuilds a partition's hot state from the log where it is missing, has a gap or was counted by other metrics than
 * today's, or always with `force`. The new
 * generation counts from the log's first record, beside the one that is read, and takes over once it has counted as
 * far; a build cut short goes on from its own checkpoint.
 */
export async function rebuildPartition(
  partition: Partition,
  force: boolean,
  outside: Rebuilding,
): Promise<RebuildResult> {
  const { hotStore, log, newGeneration } = outside
  await hotStore.sweep(partition)
  await finishSwitch(partition, hotStore)
  const current = await currentGeneration(partition, hotStore)
  if (!force && current?.checkpoint !== undefined && isSound(current.checkpoint, outside.shape))
    return { ...partition, outcome: 'whole', generation: current.generation, records: 0 }

  const generation = await hotStore.propose(partition, 'building', newGeneration())
  const standing = await hotStore.standing({ ...partition, generation })
  const checkpoint = 'replacedBy' in standing ? undefined : standing.checkpoint
  const { earliest } = await log.bounds(partition)
  if (
    'replacedBy' in standing ||
    (checkpoint && !(isSound(checkpoint, outside.shape) && checkpoint.next >= earliest))
  ) {
    // What it counted no longer joins up with the log, or with what is to be counted.
    await hotStore.abandon(partition, generation)
    return rebuildPartition(partition, force, outside)
  }

  const state = await openGeneration({ ...partition, generation }, checkpoint, outside)
  if (checkpoint === undefined && !(await state.begin(earliest))) return rebuildPartition(partition, force, outside)
  let records = 0
  for (;;) {
    const { end } = await log.bounds(partition)
    for await (const batch of log.read(partition, state.checkpoint?.next ?? earliest, end)) {
      const decoded = await batchOf(batch, log.contiguous, outside.decode)
      if (decoded !== undefined && !(await state.count(decoded))) return rebuildPartition(partition, force, outside)
      records += batch.length
      if (outside.now() > outside.deadline) return { ...partition, outcome: 'behind', generation, records }
    }
    if (await switchOver(partition, generation, hotStore))
      return { ...partition, outcome: 'rebuilt', generation, records }
    if (outside.now() > outside.deadline) return { ...partition, outcome: 'behind', generation, records }
  }
}

/** Without a gap, and counted by the metrics of today. */
const isSound = ({ gap, shape }: Checkpoint, today: string): boolean => gap === undefined && shape === today

/** Puts a generation in the place of the current one, if it has counted at least as far; in two steps, either of which may be the last. */
async function switchOver(partition: Partition, to: string, hotStore: HotStore): Promise<boolean> {
  const { current } = await hotStore.generations(partition)
  const standing = await hotStore.standing({ ...partition, generation: to })
  if ('replacedBy' in standing || standing.checkpoint === undefined) return false
  if (current !== undefined) {
    const closed = await hotStore.close({ ...partition, generation: current }, to, standing.checkpoint.next)
    if (!closed) return false
  }
  return hotStore.replace(partition, current, to)
}

/** A run that closed the old generation and died before it named the new one is completed here. */
async function finishSwitch(partition: Partition, hotStore: HotStore): Promise<void> {
  const { current } = await hotStore.generations(partition)
  if (current === undefined) return
  const standing = await hotStore.standing({ ...partition, generation: current })
  if ('replacedBy' in standing) await hotStore.replace(partition, current, standing.replacedBy)
}
