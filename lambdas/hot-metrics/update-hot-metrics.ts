import type { DecodeBatch, LogRecord, Partition } from '#domain/ports.ts'
import type { Batch, Counting, GenerationState } from './generation-state.ts'
import { openCurrent, refreshed } from './open-state.ts'

/** What this process holds from one delivery to the next: each partition's state, as long as nobody else writes it. */
export type WarmStates = Map<string, GenerationState>

export interface HotMetrics extends Counting {
  readonly decode: DecodeBatch
  /** A name for a generation that nobody else has. */
  readonly newGeneration: () => string
  readonly warm: WarmStates
}

/** Deliveries at once of one partition are few; so many lost races mean that something else is wrong. */
const MOST_RACES = 20

/**
 * Counts one partition's records, exactly once in effect: what is counted already is skipped, and where another
 * delivery wrote meanwhile, the rest is counted again upon what that one left.
 * @param records in order, of one partition @param contiguous whether a hole between offsets is a missing record
 * @throws where the store or the schema registry does not answer, or 20 races in a row were lost: nothing is skipped.
 */
export async function updateHotMetrics(
  partition: Partition,
  records: readonly LogRecord[],
  contiguous: boolean,
  outside: HotMetrics,
): Promise<void> {
  for (const run of contiguous ? unbroken(records) : [records]) {
    const batch = await batchOf(run, contiguous, outside.decode)
    if (batch !== undefined) await countBatch(partition, batch, outside)
  }
}

/** Decodes records, in order and without a hole, to a batch. */
export async function batchOf(
  records: readonly LogRecord[],
  contiguous: boolean,
  decode: DecodeBatch,
): Promise<Batch | undefined> {
  const [first, last] = [records[0], records.at(-1)]
  if (first === undefined || last === undefined) return undefined
  return { first: first.offset, next: last.offset + 1n, contiguous, ...(await decode(records)) }
}

async function countBatch(partition: Partition, batch: Batch, outside: HotMetrics): Promise<void> {
  const { warm, newGeneration } = outside
  const name = `${partition.topic}:${partition.partition}`
  for (let race = 0; race < MOST_RACES; race += 1) {
    const held = warm.get(name)
    const state = await (held === undefined
      ? openCurrent(partition, newGeneration(), outside)
      : refreshed(held, newGeneration(), outside))
    // Until it is known whether the write stands, what this process holds may be wrong: a lost answer leaves nothing behind.
    warm.delete(name)
    const counted = await state.count(batch)
    warm.set(name, state)
    if (counted) return
  }
  throw new Error(`${name} was written by others ${MOST_RACES} times in a row while offset ${batch.first} was counted`)
}

/** Cuts records where an offset is missing between two of them, so that each cut is noticed as a gap. */
function unbroken(records: readonly LogRecord[]): readonly (readonly LogRecord[])[] {
  const runs: LogRecord[][] = []
  let expected: bigint | undefined
  for (const record of records) {
    if (record.offset === expected) runs.at(-1)?.push(record)
    else runs.push([record])
    expected = record.offset + 1n
  }
  return runs
}
