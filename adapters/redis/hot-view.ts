import type { Cluster } from 'ioredis'
import type { Bucket } from '#domain/metrics/bucket.ts'
import { type Metric, PERIOD_MS, periodStart } from '#domain/metrics/define-metric.ts'
import type { Generation, HotView, Partition, PartitionFreshness, Within } from '#domain/ports.ts'
import { statesOfText } from './bucket-text.ts'
import { standingOf } from './hot-store.ts'
import { bucketKey, checkpointKey, entityOf, generationsKey, groupKey, groupsKey, memberOf } from './keys.ts'

/** Live values on Redis, for whoever only reads them. */
export class RedisHotView implements HotView {
  readonly #redis: Cluster
  readonly #topics: ReadonlyMap<string, number>

  /** @param topics how many partitions each topic has. */
  constructor(redis: Cluster, topics: ReadonlyMap<string, number>) {
    this.#redis = redis
    this.#topics = topics
  }

  async read(metric: Metric, entity: readonly string[], from: number, to: number): Promise<readonly Bucket[]> {
    const starts = startsOf(metric, from, to)
    return this.#fromEach(metric, async (generation) => {
      const texts = await Promise.all(
        starts.map((start) =>
          this.#redis.hget(bucketKey(generation, { metric: metric.name, entity, start }), memberOf(entity)),
        ),
      )
      return starts.flatMap((start, i) => {
        const text = texts[i]
        return text ? [{ metric: metric.name, entity, start, states: statesOfText(text) }] : []
      })
    })
  }

  async readAll(metric: Metric, { group, from = 0, to = 0 }: Within = {}): Promise<readonly Bucket[]> {
    const starts = startsOf(metric, from, to)
    return this.#fromEach(metric, async (generation) => {
      const groups = group === undefined ? await this.#groups(generation, metric) : [group.join('\n')]
      const hashes = groups.flatMap((name) => starts.map((start) => ({ name, start })))
      const held = await Promise.all(
        hashes.map(({ name, start }) => this.#redis.hgetall(groupKey(generation, metric.name, start, name))),
      )
      return hashes.flatMap(({ name, start }, i) =>
        Object.entries(held[i] ?? {}).map(([member, text]) => ({
          metric: metric.name,
          entity: entityOf(name, member, metric.by.length),
          start,
          states: statesOfText(text),
        })),
      )
    })
  }

  /** A metric's groups; of one that is named by a single field there is only one, which has no name. */
  async #groups(generation: Generation, { name, by }: Metric): Promise<readonly string[]> {
    return by.length < 2 ? [''] : this.#redis.hkeys(groupsKey(generation, name))
  }

  async freshness(topic: string): Promise<readonly PartitionFreshness[]> {
    return Promise.all(
      this.#partitionsOf([topic]).map(async (partition) => {
        const generation = await this.#current(partition)
        const standing = generation && standingOf(await this.#redis.hgetall(checkpointKey(generation)))
        if (standing === undefined || 'replacedBy' in standing || standing.checkpoint === undefined)
          return { ...partition, state: 'missing' }
        const { checkpoint } = standing
        const state = checkpoint.gap !== undefined ? 'gap' : checkpoint.from > 0n ? 'partial' : 'whole'
        return { ...partition, state, checkpoint }
      }),
    )
  }

  /** Reads from every partition that may hold the metric; those without a state have nothing to give. */
  async #fromEach(
    metric: Metric,
    read: (generation: Generation) => Promise<readonly Bucket[]>,
  ): Promise<readonly Bucket[]> {
    // Several of its events may travel on one topic, whose partitions are read once.
    const topics = new Set(metric.of.map(({ topic }) => topic).filter((topic) => this.#topics.has(topic)))
    const partitions = this.#partitionsOf(topics.size > 0 ? [...topics] : [...this.#topics.keys()])
    const parts = await Promise.all(
      partitions.map(async (partition) => {
        const generation = await this.#current(partition)
        return generation === undefined ? [] : read(generation)
      }),
    )
    return parts.flat()
  }

  #partitionsOf(topics: readonly string[]): readonly Partition[] {
    return topics.flatMap((topic) =>
      Array.from({ length: this.#topics.get(topic) ?? 0 }, (_, partition) => ({ topic, partition })),
    )
  }

  /** The generation to read, a successor where the named one has just been closed. */
  async #current(partition: Partition): Promise<Generation | undefined> {
    let generation = await this.#redis.hget(generationsKey(partition), 'current')
    while (generation) {
      const successor = await this.#redis.hget(checkpointKey({ ...partition, generation }), 'replaced_by')
      if (!successor) return { ...partition, generation }
      generation = successor
    }
    return undefined
  }
}

function startsOf({ every }: Metric, from: number, to: number): readonly number[] {
  if (every === 'forever') return [0]
  const period = PERIOD_MS[every]
  const first = periodStart(every, from + period - 1)
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / period)) }, (_, i) => first + i * period)
}
