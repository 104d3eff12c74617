import { afterAll, beforeAll } from 'vitest'
import { hotStoreContract } from '../contracts/hot-store.ts'
import { type RedisUnderTest, redisUnderTest } from '../contracts/redis-under-test.ts'

let redis: RedisUnderTest

beforeAll(async () => {
  redis = await redisUnderTest()
})

afterAll(async () => {
  await redis.stop()
})

hotStoreContract(
  'Redis',
  async () => {
    await redis.flush()
    return redis
  },
  1_000,
)
