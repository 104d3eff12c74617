import { z } from '@hono/zod-openapi'
import type { HotView, PartitionFreshness } from '#domain/ports.ts'
import { Instant, iso } from './wire.ts'

/** How one partition stands, on the wire. Offsets are strings: they may be longer than a JSON number holds. */
export const PartitionJson = z
  .strictObject({
    topic: z.string(),
    partition: z.int(),
    state: z.enum(['whole', 'missing', 'gap', 'partial']).openapi({
      description:
        'whole: every record is counted; partial: it begins after the first record of the log; gap: records are missing from it; missing: it has no state.',
    }),
    next: z.string().nullable().openapi({ description: 'The offset after the last record counted.' }),
    from: z.string().nullable().openapi({ description: 'The first offset counted.' }),
    gap: z
      .strictObject({ from: z.string(), to: z.string() })
      .nullable()
      .openapi({ description: 'Offsets that are missing: from the first of them to the one after the last.' }),
    as_of: Instant.nullable().openapi({ description: 'When the newest record counted was appended.' }),
    written_at: Instant.nullable().openapi({ description: 'When that was written to the live store.' }),
    lag_ms: z.number().nullable().openapi({ description: 'From the one to the other, ms.' }),
  })
  .openapi('PartitionFreshness')

/** What every answer says about itself. */
export const FreshnessJson = z
  .strictObject({
    as_of: Instant.nullable().openapi({
      description: "The broker's append time of the newest record counted in the topics that the answer reads.",
    }),
    lag_ms: z.number().nullable().openapi({
      description: "Delay of the pipeline, ms: from a record's append to its write, of the newest write.",
    }),
    state: z.enum(['fresh', 'stale']).openapi({
      description:
        'stale: a partition has no state or misses records, so that figures may be wrong until it is rebuilt.',
    }),
    complete: z.boolean().openapi({
      description: 'Whether every record of the log is counted; false also where the state begins after the first one.',
    }),
    reasons: z.array(z.string()).openapi({ description: 'Why it is stale or incomplete, in words.' }),
    partitions: z.array(PartitionJson).optional().openapi({ description: 'Each partition, where it was asked for.' }),
  })
  .openapi('Freshness')

export type Freshness = z.infer<typeof FreshnessJson>

/** The freshness of an answer made from these topics. @param detailed with each partition. @default false */
export async function freshnessOf(view: HotView, topics: readonly string[], detailed = false): Promise<Freshness> {
  const partitions = (await Promise.all(topics.map((topic) => view.freshness(topic)))).flat()
  return summarise(partitions, detailed)
}

/** Sums up partitions: as fresh as the newest of them, as whole as the worst of them. */
export function summarise(partitions: readonly PartitionFreshness[], detailed = false): Freshness {
  const checkpoints = partitions.flatMap(({ checkpoint }) =>
    checkpoint === undefined || checkpoint.appendedAt === 0 ? [] : [checkpoint],
  )
  const newest = checkpoints.reduce<(typeof checkpoints)[number] | undefined>(
    (best, one) => (best === undefined || one.writtenAt > best.writtenAt ? one : best),
    undefined,
  )
  return {
    as_of: checkpoints.length === 0 ? null : iso(Math.max(...checkpoints.map(({ appendedAt }) => appendedAt))),
    lag_ms: newest === undefined ? null : Math.max(0, newest.writtenAt - newest.appendedAt),
    state: partitions.some(({ state }) => state === 'gap' || state === 'missing') ? 'stale' : 'fresh',
    complete: partitions.every(({ state }) => state === 'whole'),
    reasons: partitions.flatMap(reasonOf),
    ...(detailed ? { partitions: partitions.map(partitionJson) } : {}),
  }
}

function reasonOf({ topic, partition, state, checkpoint }: PartitionFreshness): readonly string[] {
  const where = `${topic}, partition ${partition}`
  switch (state) {
    case 'whole':
      return []
    case 'missing':
      return [`${where}: there is no state yet; it is built from the log`]
    case 'gap': {
      const gap = checkpoint?.gap
      const missed =
        gap === undefined ? 'records are missing' : `records from offset ${gap.from} to before ${gap.to} are missing`
      return [`${where}: ${missed}; it is rebuilt from the log`]
    }
    case 'partial':
      return [`${where}: records before offset ${checkpoint?.from ?? '?'} had left the log and are not counted`]
    default:
      return state satisfies never
  }
}

function partitionJson({ topic, partition, state, checkpoint }: PartitionFreshness): z.infer<typeof PartitionJson> {
  const counted = checkpoint === undefined || checkpoint.appendedAt === 0 ? undefined : checkpoint
  const gap = checkpoint?.gap
  return {
    topic,
    partition,
    state,
    next: checkpoint?.next.toString() ?? null,
    from: checkpoint?.from.toString() ?? null,
    gap: gap === undefined ? null : { from: gap.from.toString(), to: gap.to.toString() },
    as_of: counted === undefined ? null : iso(counted.appendedAt),
    written_at: checkpoint === undefined ? null : iso(checkpoint.writtenAt),
    lag_ms: counted === undefined ? null : Math.max(0, counted.writtenAt - counted.appendedAt),
  }
}
