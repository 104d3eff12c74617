import { afterAll, beforeAll, expect, test } from 'vitest'
import { metrics } from '#domain/metrics/metrics.ts'
import { cacheAccess } from '#lib/constructs/hot-cache.ts'
import { administer } from '#local/engines/redis.ts'
import { type RedisUnderTest, redisUnderTest } from '../contracts/redis-under-test.ts'

// The access strings that ElastiCache gets, on a real Redis: whoever connects is the user of the test.

let redis: RedisUnderTest

beforeAll(async () => {
  redis = await redisUnderTest()
  await asAdministrator((acl) => acl('SETUSER', 'administrator', 'on', 'nopass', '~*', '&*', '+@all'), false)
})

afterAll(async () => {
  await redis.stop()
})

const partition = { topic: 'market_data_raw', partition: 0 }
const generation = { ...partition, generation: 'g1' }
const checkpoint = { token: 'a', shape: 'today', next: 5n, from: 0n, appendedAt: 1, writtenAt: 2 }

/** Administers the node, as the user that may do everything once there is one. */
async function asAdministrator(
  work: (acl: (...words: readonly string[]) => Promise<unknown>) => Promise<unknown>,
  authenticate = true,
): Promise<void> {
  const [master] = redis.cluster.nodes
  if (master === undefined) throw new Error('the cluster has no node')
  await administer(master, async (client) => {
    if (authenticate) await client.auth('administrator', 'any')
    await work((...words) => client.call('ACL', ...words))
  })
}

const become = (access: string) =>
  asAdministrator((acl) => acl('SETUSER', 'default', 'reset', 'nopass', ...access.split(' ')))

const denied = { message: expect.stringContaining('NOPERM') }

test('a writer does all that the store does, and the reader all that the view does', async () => {
  const { store, view } = redis
  await become(cacheAccess.writer)
  await store.propose(partition, 'current', 'g1')
  const written = await store.advance(generation, {
    expected: undefined,
    checkpoint,
    buckets: [],
    ids: new Map([[7, ['0123456789abcdef']]]),
    keepIdsMs: 60_000,
  })
  expect(written).toBe(true)
  expect(await store.ids(generation, 7, 7)).toEqual([[7, ['0123456789abcdef']]])
  await store.propose(partition, 'building', 'g2')
  await store.abandon(partition, 'g2')
  await store.propose(partition, 'building', 'g3')
  const building = { ...partition, generation: 'g3' }
  await store.advance(building, { expected: undefined, checkpoint, buckets: [], ids: new Map(), keepIdsMs: 60_000 })
  expect(await store.close(generation, 'g3', 5n)).toBe(true)
  expect(await store.replace(partition, 'g1', 'g3')).toBe(true)
  await store.sweep(partition)

  await become(cacheAccess.reader)
  expect(await view.freshness('market_data_raw')).toMatchObject([{ partition: 0, state: 'whole' }])
  for (const metric of metrics) {
    await view.readAll(metric)
    await view.read(
      metric,
      metric.by.map(() => 'x'),
      0,
      60_000,
    )
  }
})

test('a reader writes nothing', async () => {
  await become(cacheAccess.reader)
  await expect(redis.store.propose({ topic: 'trades_raw', partition: 0 }, 'current', 'g1')).rejects.toMatchObject(
    denied,
  )
  await expect(
    redis.store.advance(generation, { expected: 'a', checkpoint, buckets: [], ids: new Map(), keepIdsMs: 1 }),
  ).rejects.toMatchObject(denied)
})

test('nobody flushes, lists or configures the cache', async () => {
  const [master] = redis.cluster.nodes
  if (master === undefined) throw new Error('the cluster has no node')
  for (const access of Object.values(cacheAccess)) {
    await become(access)
    for (const line of [['FLUSHALL'], ['KEYS', '*'], ['CONFIG', 'GET', '*'], ['ACL', 'LIST'], ['SHUTDOWN']] as const) {
      const [command, ...words] = line
      await expect(
        administer(master, (client) => client.call(command, ...words)),
        line.join(' '),
      ).rejects.toMatchObject(denied)
    }
  }
})
