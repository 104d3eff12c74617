import { Consumer } from '@platformatic/kafka'
import type { Mapping } from './mapping.ts'

/** The least that the broker allows: after a crash, the next process waits this long for its predecessor. */
const SESSION_TIMEOUT_MS = 6_000
const HEARTBEAT_MS = 1_000
const GROWTH_MS = 2_000
const EARLIEST = -2n
const LATEST = -1n

/**
 * Membership in a mapping's consumer group: which partitions are ours, what the group has committed, and commits. It has a
 * connection of its own, because a long poll holds up every other request of its connection.
 */
export class GroupMember {
  readonly #consumer: Consumer
  readonly #mapping: Mapping
  #partitionCount = 0
  #lost = false
  #changed: (why: string) => void = () => undefined

  private constructor(mapping: Mapping, bootstrap: string) {
    this.#mapping = mapping
    this.#consumer = new Consumer({
      clientId: 'kafka-event-source',
      groupId: mapping.groupId,
      bootstrapBrokers: [bootstrap],
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      // A commit that finds the group changed must fail: rejoining on its own, it would commit for partitions that are no longer ours.
      retries: 0,
    })
    this.#consumer.topics.trackAll(mapping.topic)
    const lose = (why: string) => {
      this.#lost = true
      this.#changed(why)
    }
    this.#consumer.on('consumer:group:join', () => this.#changed('the group was reshuffled'))
    this.#consumer.on('consumer:heartbeat:stalled', () => lose('the membership was lost'))
    this.#consumer.on('error', () => lose('joining the group again failed'))
  }

  /** Joins the group. Rejects where Kafka is not there, or the topic is not. */
  static async join(mapping: Mapping, bootstrap: string): Promise<GroupMember> {
    const member = new GroupMember(mapping, bootstrap)
    try {
      member.#partitionCount = await member.#countPartitions()
      await member.#consumer.joinGroup({})
      return member
    } catch (error) {
      await member.leave()
      throw error
    }
  }

  /** Whether the group holds this member no longer: only a new one can go on. */
  get lost(): boolean {
    return this.#lost
  }

  /** Calls `changed` as soon as the group is reshuffled, the topic has grown, or the membership is lost, until it is unwatched. */
  watch(changed: (why: string) => void): () => void {
    this.#changed = changed
    if (this.#lost) changed('the membership was lost')
    const timer = setInterval(() => void this.#lookForGrowth(changed), GROWTH_MS)
    return () => {
      clearInterval(timer)
      this.#changed = () => undefined
    }
  }

  /** Has the group deal the partitions anew, if the topic has more of them than when it was last dealt. */
  async takeGrowthIn(): Promise<void> {
    const count = await this.#countPartitions()
    if (count === this.#partitionCount) return
    this.#partitionCount = count
    await this.#consumer.joinGroup({})
  }

  /** The partitions that the group gave to this member. */
  partitions(): readonly number[] {
    const own = this.#consumer.assignments?.find(({ topic }) => topic === this.#mapping.topic)
    return [...(own?.partitions ?? [])].sort((a, b) => a - b)
  }

  /**
   * Where to begin, by partition: behind what the group has committed, else where the mapping starts. A partition that
   * joined a topic already being read begins at its first record, or growth would lose some. What was not committed before
   * is now, so that LATEST means the same after a restart.
   */
  async positions(): Promise<Map<number, bigint>> {
    const { topic, start } = this.#mapping
    const every = Array.from({ length: this.#partitionCount }, (_, partition) => partition)
    const committed =
      (await this.#consumer.listCommittedOffsets({ topics: [{ topic, partitions: every }] })).get(topic) ?? []
    const known = committed.some((offset) => offset >= 0n)
    const starts = await this.#offsetsAt(known ? EARLIEST : beginning(start))
    const ends = start.at === 'AT_TIMESTAMP' ? await this.#offsetsAt(LATEST) : starts
    const positions = new Map<number, bigint>()
    const first = new Map<number, bigint>()
    for (const partition of this.partitions()) {
      const done = committed[partition] ?? -1n
      const from = starts[partition] ?? -1n
      const position = done >= 0n ? done : from >= 0n ? from : (ends[partition] ?? 0n)
      positions.set(partition, position)
      if (done < 0n) first.set(partition, position)
    }
    if (first.size > 0) await this.commit(first)
    return positions
  }

  async commit(offsets: ReadonlyMap<number, bigint>): Promise<void> {
    const own = new Set(this.partitions())
    const { topic } = this.#mapping
    const ours = [...offsets].filter(([partition]) => own.has(partition))
    if (ours.length === 0) return
    await this.#consumer.commit({
      offsets: ours.map(([partition, offset]) => ({ topic, partition, offset, leaderEpoch: -1 })),
    })
  }

  /** Leaves the group, as far as Kafka can be reached, and ends the connection. */
  async leave(): Promise<void> {
    this.#changed = () => undefined
    await Promise.resolve(this.#consumer.close(true)).catch(() => undefined)
  }

  async #countPartitions(): Promise<number> {
    const { topic } = this.#mapping
    const metadata = await this.#consumer.metadata({ topics: [topic], forceUpdate: true })
    const count = metadata.topics.get(topic)?.partitionsCount ?? 0
    if (count === 0) throw new Error(`topic ${topic} does not exist`)
    return count
  }

  /** What fails here fails the feeds too, and they tell it. */
  async #lookForGrowth(changed: (why: string) => void): Promise<void> {
    const count = await this.#countPartitions().catch(() => 0)
    if (count > this.#partitionCount) changed('the topic has more partitions')
  }

  async #offsetsAt(timestamp: bigint): Promise<readonly bigint[]> {
    const { topic } = this.#mapping
    return (await this.#consumer.listOffsets({ topics: [topic], timestamp })).get(topic) ?? []
  }
}

/** The time that stands for a starting position when Kafka is asked for offsets. */
function beginning(start: Mapping['start']): bigint {
  switch (start.at) {
    case 'TRIM_HORIZON':
      return EARLIEST
    case 'LATEST':
      return LATEST
    case 'AT_TIMESTAMP':
      return BigInt(start.timestampMs)
    default:
      return start satisfies never
  }
}
