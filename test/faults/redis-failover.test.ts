import { afterEach, beforeEach, expect, test } from 'vitest'
import { administer } from '#local/engines/redis.ts'
import { eventually } from '#local/process.ts'
import { deliver, heal } from '../contracts/chaos.ts'
import { expectedOf, seenIn } from '../contracts/expected.ts'
import { seeded, seedOf } from '../contracts/random.ts'
import { type RedisUnderTest, redisUnderTest } from '../contracts/redis-under-test.ts'
import { SampleLog, sampleLog } from '../contracts/sample-log.ts'

const NO_FAULTS = { twiceAtOnce: 0, commitLost: 0, bisected: 0, killed: 0, rebuild: 0 }

let redis: RedisUnderTest

beforeEach(async () => {
  redis = await redisUnderTest(1)
})

afterEach(async () => {
  await redis.stop()
})

test('failed over to a replica that lags: noticed, served as stale, rebuilt to what an uninterrupted run has', async () => {
  const random = seeded(seedOf('failover'))
  const { store, view, cluster } = redis
  const log = sampleLog('market_data_raw', 200, random)
  const upTo = (length: number) => new SampleLog(log.partition, log.records.slice(0, length))

  await deliver(upTo(80), store, random, NO_FAULTS)
  await replicated(80n)
  cluster.holdReplication(true)
  await deliver(rest(80, 140), store, random, NO_FAULTS)
  expect((await view.freshness('market_data_raw'))[0]?.state).toBe('whole')
  await cluster.failOver()
  const fellBack = () => checkpointIs((next) => next < 140n)
  expect(await eventually(fellBack, 20_000)).toBe(true)

  await deliver(rest(140, 200), store, random, NO_FAULTS)

  const [stale] = await view.freshness('market_data_raw')
  expect(stale).toMatchObject({ state: 'gap', checkpoint: { next: 200n, gap: { to: 140n } } })
  expect(await heal(log, store, random)).toMatchObject({ outcome: 'rebuilt', records: 200 })
  expect(await seenIn(view)).toEqual(await expectedOf(log.records))
  expect((await view.freshness('market_data_raw'))[0]?.state).toBe('whole')

  /** The records of an interval, delivered as an event source does that has committed what came before. */
  function rest(from: number, to: number): SampleLog {
    return new SampleLog(log.partition, log.records.slice(from, to))
  }
})

async function checkpointIs(holds: (next: bigint) => boolean): Promise<boolean> {
  const [freshness] = await redis.view.freshness('market_data_raw')
  return holds(freshness?.checkpoint?.next ?? 0n)
}

/** Waits until the replica has what the master has. */
async function replicated(next: bigint): Promise<void> {
  const [master, replica] = redis.cluster.nodes
  if (!master || !replica) throw new Error('there is no replica')
  const offset = async (node: typeof master) =>
    /master_repl_offset:(\d+)/.exec(await administer(node, (client) => client.info('replication')))?.[1]
  expect(await checkpointIs((at) => at === next)).toBe(true)
  expect(await eventually(async () => (await offset(master)) === (await offset(replica)), 20_000)).toBe(true)
}
