import { type Bucket, type BucketName, keyOf } from '#domain/metrics/bucket.ts'
import type { Metric } from '#domain/metrics/define-metric.ts'
import type {
  Advance,
  Checkpoint,
  Generation,
  HotStore,
  HotView,
  Partition,
  PartitionFreshness,
  Standing,
  Within,
} from '#domain/ports.ts'

interface Held {
  checkpoint?: Checkpoint
  replacedBy?: string
  readonly buckets: Map<string, Bucket>
  readonly ids: Map<number, string[]>
}

interface Names {
  current?: string
  building?: string
  readonly retired: Set<string>
}

/** The hot store without anything outside: what the contract means, in the fewest words. It forgets nothing by time. */
export class InMemoryHotStore implements HotStore, HotView {
  readonly bucketsPerAdvance: number
  readonly #topics: ReadonlyMap<string, number>
  #names = new Map<string, Names>()
  #held = new Map<string, Held>()

  constructor(topics: ReadonlyMap<string, number>, bucketsPerAdvance = 450) {
    this.#topics = topics
    this.bucketsPerAdvance = bucketsPerAdvance
  }

  /** What a flush of the cache does. */
  flush(): void {
    this.#names = new Map()
    this.#held = new Map()
  }

  /** What a replica has just now. @returns what a failover to it does later, when it lags. */
  copy(): () => void {
    const [names, held] = [structuredClone(this.#names), structuredClone(this.#held)]
    return () => {
      this.#names = structuredClone(names)
      this.#held = structuredClone(held)
    }
  }

  async generations(partition: Partition): Promise<{ readonly current?: string; readonly building?: string }> {
    const { current, building } = this.#namesOf(partition)
    return { ...(current ? { current } : {}), ...(building ? { building } : {}) }
  }

  async propose(partition: Partition, as: 'current' | 'building', generation: string): Promise<string> {
    const names = this.#namesOf(partition)
    names[as] ??= generation
    return names[as]
  }

  async standing(generation: Generation): Promise<Standing> {
    const { checkpoint, replacedBy } = this.#heldBy(generation)
    return replacedBy === undefined ? { checkpoint } : { replacedBy }
  }

  async buckets(generation: Generation, names: readonly BucketName[]): Promise<readonly Bucket[]> {
    const { buckets } = this.#heldBy(generation)
    return names.flatMap((name) => buckets.get(keyOf(name)) ?? [])
  }

  async ids(
    generation: Generation,
    from: number,
    to: number,
    known: (span: number) => number = () => 0,
  ): Promise<readonly (readonly [span: number, ids: readonly string[]])[]> {
    const { ids } = this.#heldBy(generation)
    const wanted = [...ids].filter(([span]) => span >= from && span <= to)
    return wanted.map(([span, held]) => [span, held.slice(known(span))] as const)
  }

  async advance(generation: Generation, { expected, checkpoint, buckets, ids }: Advance): Promise<boolean> {
    const held = this.#heldBy(generation)
    if (held.replacedBy !== undefined || held.checkpoint?.token !== expected) return false
    held.checkpoint = checkpoint
    for (const { bucket } of buckets) held.buckets.set(keyOf(bucket), bucket)
    for (const [span, added] of ids) held.ids.set(span, [...(held.ids.get(span) ?? []), ...added])
    return true
  }

  async close(generation: Generation, successor: string, next: bigint): Promise<boolean> {
    const held = this.#heldBy(generation)
    if (held.replacedBy !== undefined) return held.replacedBy === successor
    if ((held.checkpoint?.next ?? 0n) > next) return false
    held.replacedBy = successor
    return true
  }

  async replace(partition: Partition, from: string | undefined, to: string): Promise<boolean> {
    const names = this.#namesOf(partition)
    if (names.current === to) return true
    if (names.current !== from) return false
    names.current = to
    if (names.building === to) delete names.building
    if (from !== undefined) names.retired.add(from)
    return true
  }

  async abandon(partition: Partition, building: string): Promise<void> {
    const names = this.#namesOf(partition)
    if (names.building !== building) return
    delete names.building
    names.retired.add(building)
  }

  async sweep(partition: Partition): Promise<void> {
    const { retired } = this.#namesOf(partition)
    for (const generation of retired) this.#heldBy({ ...partition, generation }).buckets.clear()
    retired.clear()
  }

  async read(metric: Metric, entity: readonly string[], from: number, to: number): Promise<readonly Bucket[]> {
    const wanted = entity.join('\n')
    return this.#bucketsOf(metric).filter(
      (bucket) =>
        bucket.entity.join('\n') === wanted &&
        (metric.every === 'forever' || (bucket.start >= from && bucket.start < to)),
    )
  }

  async readAll(metric: Metric, { group, from = 0, to = 0 }: Within = {}): Promise<readonly Bucket[]> {
    return this.#bucketsOf(metric).filter(
      ({ entity, start }) =>
        (group === undefined || entity.slice(0, -1).join('\n') === group.join('\n')) &&
        (metric.every === 'forever' || (start >= from && start < to)),
    )
  }

  async freshness(topic: string): Promise<readonly PartitionFreshness[]> {
    return this.#partitions()
      .filter((partition) => partition.topic === topic)
      .map((partition) => {
        const checkpoint = this.#current(partition)?.checkpoint
        if (checkpoint === undefined) return { ...partition, state: 'missing' }
        return { ...partition, state: checkpoint.gap ? 'gap' : checkpoint.from > 0n ? 'partial' : 'whole', checkpoint }
      })
  }

  #bucketsOf({ name }: Metric): readonly Bucket[] {
    return this.#partitions()
      .flatMap((partition) => [...(this.#current(partition)?.buckets.values() ?? [])])
      .filter(({ metric }) => metric === name)
  }

  #current(partition: Partition): Held | undefined {
    const { current } = this.#namesOf(partition)
    if (current === undefined) return undefined
    let held = this.#heldBy({ ...partition, generation: current })
    while (held.replacedBy !== undefined) held = this.#heldBy({ ...partition, generation: held.replacedBy })
    return held
  }

  #partitions(): readonly Partition[] {
    return [...this.#topics].flatMap(([topic, count]) =>
      Array.from({ length: count }, (_, partition) => ({ topic, partition })),
    )
  }

  #namesOf({ topic, partition }: Partition): Names {
    return got(this.#names, `${topic}:${partition}`, () => ({ retired: new Set<string>() }))
  }

  #heldBy({ topic, partition, generation }: Generation): Held {
    return got(this.#held, `${topic}:${partition}:${generation}`, () => ({ buckets: new Map(), ids: new Map() }))
  }
}

function got<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const held = map.get(key) ?? make()
  map.set(key, held)
  return held
}
