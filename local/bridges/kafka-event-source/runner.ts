import { setTimeout } from 'node:timers/promises'
import type { LocalAws } from './aws.ts'
import { Committer } from './committer.ts'
import { pause } from './delivery.ts'
import { Destinations } from './destinations.ts'
import type { Faults } from './faults.ts'
import { Feed } from './feed.ts'
import { GroupMember } from './group.ts'
import type { Invoke } from './invoke.ts'
import { type Log, reasonOf, Trouble } from './log.ts'
import type { Mapping } from './mapping.ts'
import { type Counters, Poller } from './poller.ts'

/** What every mapping's runner shares. */
export interface Surroundings {
  readonly bootstrap: string
  readonly aws: LocalAws
  readonly invoke: Invoke
  readonly faults: Faults | undefined
  readonly log: Log
}

/** How a mapping fares, for `status`. */
export interface RunnerState extends Readonly<Counters> {
  readonly state: 'joining' | 'reading'
  readonly partitions: readonly number[]
}

const LAST_COMMIT_MS = 5_000

/**
 * Runs one mapping until stopped. Its life is a row of sessions: a session holds one assignment of partitions, and ends when
 * the group is reshuffled, the topic grows, or the membership is lost. The next one begins at what the group has committed.
 */
export class MappingRunner {
  readonly #mapping: Mapping
  readonly #around: Surroundings
  readonly #facts: Readonly<Record<string, unknown>>
  readonly #trouble: Trouble
  readonly #counters: Counters = { records: 0, invocations: 0, discarded: 0 }
  readonly #running: Promise<void>
  #partitions: readonly number[] | undefined
  #stopping = false
  #interrupt: (why: string) => void = () => undefined

  /** Begins once `predecessor`, the runner of the same mapping as it was before, has ended: no partition is delivered by both. */
  constructor(mapping: Mapping, around: Surroundings, predecessor: Promise<void>) {
    this.#mapping = mapping
    this.#around = around
    this.#facts = { mapping: mapping.uuid, topic: mapping.topic, group: mapping.groupId }
    this.#trouble = new Trouble(around.log, this.#facts)
    this.#running = predecessor.then(() => this.#run())
  }

  get state(): RunnerState {
    return { state: this.#partitions ? 'reading' : 'joining', partitions: this.#partitions ?? [], ...this.#counters }
  }

  /** Lets the invocation in flight finish, commits what is done, and leaves the group. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#interrupt('it was stopped')
    await this.#running
  }

  async #run(): Promise<void> {
    const { log, aws, bootstrap } = this.#around
    const destinations = new Destinations(aws, bootstrap)
    let setbacks = 0
    while (!this.#stopping) {
      const { promise: interrupted, resolve } = Promise.withResolvers<string>()
      this.#interrupt = resolve
      try {
        const member = await GroupMember.join(this.#mapping, bootstrap)
        try {
          setbacks = 0
          // The membership outlives its sessions: leaving at every reshuffle would reshuffle the group again, without end.
          while (!this.#stopping && !member.lost) {
            await member.takeGrowthIn()
            const why = await this.#session(member, destinations, interrupted)
            if (!this.#stopping)
              log('info', 'starting over from the committed offsets', { ...this.#facts, because: why })
          }
        } finally {
          await member.leave()
        }
      } catch (error) {
        setbacks++
        // A broker's first consumer finds the group's coordinator still being made, which takes a moment.
        if (setbacks > 3) this.#trouble.met('reading the topic', error)
        await Promise.race([setTimeout(pause(setbacks)), interrupted])
      }
    }
    await destinations
      .close()
      .catch((error: unknown) => log('warn', 'the producer did not close', { ...this.#facts, reason: reasonOf(error) }))
  }

  /** Reads the partitions that `member` holds. Resolves with the reason why that ended. */
  async #session(member: GroupMember, destinations: Destinations, interrupted: Promise<string>): Promise<string> {
    const { promise: changed, resolve } = Promise.withResolvers<string>()
    const unwatch = member.watch(resolve)
    try {
      const positions = await member.positions()
      this.#trouble.over('reading the topic')
      const committer = new Committer((offsets) => member.commit(offsets), positions, this.#trouble)
      const shares = share([...positions.keys()], this.#mapping.pollers)
      const pollers = shares.map((partitions) => this.#poll(partitions, positions, committer, destinations))
      this.#partitions = [...positions.keys()]
      this.#around.log('info', 'reading', {
        ...this.#facts,
        function: this.#mapping.functionArn,
        pollers: shares.length,
        positions: Object.fromEntries(positions),
      })
      const finished = pollers.map(({ finished }) => finished)
      const why = await Promise.race([
        changed,
        interrupted,
        ...finished.map((done) => done.then(() => 'a poller ended')),
      ])
      for (const { stop } of pollers) stop()
      await Promise.all(finished)
      await committer.close(LAST_COMMIT_MS)
      return why
    } finally {
      unwatch()
      this.#partitions = undefined
    }
  }

  #poll(
    partitions: readonly number[],
    positions: ReadonlyMap<number, bigint>,
    committer: Committer,
    destinations: Destinations,
  ) {
    const { bootstrap, invoke, faults, log } = this.#around
    const { topic, groupId } = this.#mapping
    const trouble = new Trouble(log, { ...this.#facts, partitions })
    const poller = new Poller({
      mapping: this.#mapping,
      bootstrap,
      invoke,
      destinations,
      committer,
      faults,
      counters: this.#counters,
      log,
      trouble,
      onRoom: () => feed.wake(),
      onRewind: (to) => feed.rewind(to),
    })
    const feed: Feed = new Feed({
      bootstrap,
      topic,
      groupId,
      positions: new Map(partitions.map((partition) => [partition, positions.get(partition) ?? 0n])),
      onRecords: (records) => poller.receive(records),
      hasRoom: () => poller.hasRoom(),
      onMoved: (partition, position) => committer.moved(partition, position),
      log,
      trouble: this.#trouble,
    })
    const finished = Promise.all([poller.run(), feed.run()])
    return {
      finished,
      stop: () => {
        poller.stop()
        void feed.close()
      },
    }
  }
}

/** Deals partitions out to at most `pollers` pollers: AWS never has more of them than partitions. */
function share(partitions: readonly number[], pollers: number): number[][] {
  const count = Math.min(pollers, partitions.length)
  return Array.from({ length: count }, (_, poller) => partitions.filter((_, index) => index % count === poller))
}
