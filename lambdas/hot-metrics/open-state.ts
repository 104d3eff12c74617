import { eventsOn } from '#domain/events/events.ts'
import { RememberedIds, spanMsOf } from '#domain/events/remembered-ids.ts'
import type { Checkpoint, Generation, HotStore, Partition } from '#domain/ports.ts'
import { type Counting, GenerationState } from './generation-state.ts'

/** The state of a generation as the store has it, with the ids that its next records could repeat. */
export async function openGeneration(
  generation: Generation,
  checkpoint: Checkpoint | undefined,
  counting: Counting,
): Promise<GenerationState> {
  const spanMs = spanMsOf(eventsOn(generation.topic))
  const empty = new RememberedIds(spanMs)
  if (checkpoint === undefined) return new GenerationState(generation, checkpoint, empty, counting)
  const { appendedAt } = checkpoint
  const known = await counting.hotStore.ids(generation, empty.oldestFor(appendedAt), empty.spanOf(appendedAt))
  return new GenerationState(generation, checkpoint, new RememberedIds(spanMs, known), counting)
}

/** Where a partition's current generation stands, followed to the one that took over where it has been replaced. */
export async function currentGeneration(
  partition: Partition,
  hotStore: HotStore,
): Promise<{ readonly generation: string; readonly checkpoint: Checkpoint | undefined } | undefined> {
  const { current } = await hotStore.generations(partition)
  return current === undefined ? undefined : followed(partition, current, hotStore)
}

/** Opens the generation that counts for a partition; where there is none, the proposed one begins. */
export async function openCurrent(
  partition: Partition,
  proposed: string,
  counting: Counting,
): Promise<GenerationState> {
  const { hotStore } = counting
  const current =
    (await currentGeneration(partition, hotStore)) ??
    (await followed(partition, await hotStore.propose(partition, 'current', proposed), hotStore))
  return openGeneration({ ...partition, generation: current.generation }, current.checkpoint, counting)
}

/**
 * A state that this process holds, brought up to date with the store; opened anew where it cannot be told from what
 * stands there. It can as long as neither has a gap: a state is a pure function of its log, so whoever counted on from
 * ours has the same ids first, even one that had to count again after a failover.
 */
export async function refreshed(held: GenerationState, proposed: string, counting: Counting): Promise<GenerationState> {
  const standing = await counting.hotStore.standing(held.generation)
  const now = 'replacedBy' in standing ? undefined : standing.checkpoint
  const before = held.checkpoint
  if (now !== undefined && now.token === before?.token) return held
  if (now === undefined || before === undefined || now.gap || before.gap || now.next < before.next)
    return openCurrent(held.generation, proposed, counting)
  await held.catchUp(now)
  return held
}

async function followed(partition: Partition, generation: string, hotStore: HotStore) {
  let at = generation
  for (;;) {
    const standing = await hotStore.standing({ ...partition, generation: at })
    if (!('replacedBy' in standing)) return { generation: at, checkpoint: standing.checkpoint }
    at = standing.replacedBy
  }
}
