import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Admin, Producer } from '@platformatic/kafka'
import { Cluster, Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusedNames } from '#local/bridges/elasticache-rules.ts'
import { kafka } from '#local/engines/kafka.ts'
import { administer, type RedisCluster, redis, startRedis } from '#local/engines/redis.ts'
import { eventually, identityOf, marked, runningPart } from '#local/process.ts'

function temporaryHome(): string {
  return mkdtempSync(join(tmpdir(), 'lodestream-engines-'))
}

describe('Kafka', () => {
  const home = temporaryHome()
  let broker = ''

  beforeAll(async () => {
    broker = await kafka.start({ home })
  })

  afterAll(async () => {
    await kafka.stop({ home })
    rmSync(home, { recursive: true })
  })

  it('takes and keeps records, and stays the same when started twice', async () => {
    const before = runningPart(home, 'kafka')
    expect(await kafka.start({ home })).toBe(broker)
    expect(runningPart(home, 'kafka')).toEqual(before)
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker] })
    await admin.createTopics({ topics: ['kept'], partitions: 4, replicas: 1 })
    const producer = new Producer({ clientId: 'test', bootstrapBrokers: [broker] })
    await producer.send({ messages: [{ topic: 'kept', value: Buffer.from('one') }], acks: -1 })
    await producer.close()
    await admin.close()
  })

  it('creates no topic that nobody asked for', async () => {
    const producer = new Producer({ clientId: 'test', bootstrapBrokers: [broker], retries: 0 })
    await expect(producer.send({ messages: [{ topic: 'misspelt', value: Buffer.from('x') }] })).rejects.toThrow()
    await producer.close()
  })

  it('is ended by stop with everything it started, and finds its topics again', async () => {
    const pid = runningPart(home, 'kafka')?.pid ?? 0
    await kafka.stop({ home })
    expect(identityOf(pid)).toBeUndefined()
    expect(marked(home)).toEqual([])
    broker = await kafka.start({ home })
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker] })
    expect(await admin.listTopics()).toContain('kept')
    await admin.close()
  })
})

describe('Redis, as ElastiCache Serverless', () => {
  const home = temporaryHome()
  let cluster: RedisCluster
  let client: Redis

  beforeAll(async () => {
    cluster = await startRedis({ home })
    client = new Redis({ host: cluster.host, port: cluster.port })
  })

  afterAll(async () => {
    client.disconnect()
    await cluster.stop()
    rmSync(home, { recursive: true })
  })

  it.each(refusedNames)('refuses %s', async (name) => {
    const [command = '', ...rest] = name.split(' ')
    await expect(client.call(command, ...rest, 'x')).rejects.toThrow(/ElastiCache Serverless/)
  })

  it('refuses more than 3,999 arguments, and takes as many', async () => {
    const values = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`)
    await expect(client.rpush('{list}', ...values(3_997))).resolves.toBe(3_997)
    await expect(client.rpush('{list}', ...values(3_998))).rejects.toThrow(/4000 arguments/)
  })

  it('answers a refused command in its place in a pipeline', async () => {
    const answers = await client
      .pipeline()
      .set('{p}a', '1')
      .keys('*')
      .get('{p}a')
      .config('GET', '*')
      .incr('{p}a')
      .exec()
    expect(answers?.map(([error, value]) => error?.message.slice(0, 26) ?? value)).toEqual([
      'OK',
      "ERR unknown command 'keys,",
      '1',
      "ERR unknown command 'confi",
      2,
    ])
  })

  it('discards a transaction that holds a refused command', async () => {
    await client.set('{t}a', 'before')
    const transaction = client.multi().set('{t}a', 'within').flushall()
    await expect(transaction.exec()).rejects.toThrow(/EXECABORT/)
    expect(await client.get('{t}a')).toBe('before')
  })

  it('takes SCRIPT FLUSH without forgetting a script', async () => {
    const digest = await client.script('LOAD', 'return 7')
    expect(await client.script('FLUSH')).toBe('OK')
    expect(await client.evalsha(String(digest), 0)).toBe(7)
  })

  it('keeps cluster clients on the proxy', async () => {
    const seen = new Cluster([{ host: cluster.host, port: cluster.port }])
    await seen.set('anywhere', '1')
    expect(seen.nodes('all').map(({ options }) => options.port)).toEqual([cluster.port])
    await expect(seen.call('KEYS', '*')).rejects.toThrow(/ElastiCache Serverless/)
    seen.disconnect()
  })

  it('evicts like the service: least recently used among keys that expire', async () => {
    const [node] = cluster.nodes
    if (!node) throw new Error('there is no node')
    const policy = await administer(node, (admin) => admin.config('GET', 'maxmemory-policy'))
    expect(policy).toEqual(['maxmemory-policy', 'volatile-lru'])
  })

  it('keeps its content over stop and start, on the same port, and leaves nothing running between', async () => {
    await client.set('kept', 'yes')
    client.disconnect()
    await redis.stop({ home })
    expect(marked(home)).toEqual([])
    expect(await redis.start({ home })).toEqual({ host: cluster.host, port: cluster.port })
    const again = new Redis({ host: cluster.host, port: cluster.port })
    expect(await again.get('kept')).toBe('yes')
    again.disconnect()
  })

  it('starts again what died of it', async () => {
    const proxy = runningPart(home, 'elasticache')
    if (!proxy) throw new Error('the proxy does not run')
    process.kill(proxy.pid, 'SIGKILL')
    expect(await eventually(() => runningPart(home, 'elasticache') === undefined, 5_000)).toBe(true)
    await redis.start({ home })
    expect(runningPart(home, 'elasticache')?.pid).not.toBe(proxy.pid)
  })
})

describe('Redis with a replica', () => {
  const home = temporaryHome()
  let cluster: RedisCluster

  beforeAll(async () => {
    cluster = await startRedis({ home, replicas: 1 })
  })

  afterAll(async () => {
    await cluster.stop()
    expect(marked(home)).toEqual([])
    rmSync(home, { recursive: true })
  })

  it('fails over to a replica that lags, which clients see as an older state', async () => {
    const client = new Cluster([{ host: cluster.host, port: cluster.port }])
    const replica = cluster.nodes[1]
    if (!replica) throw new Error('there is no replica')
    const onReplica = () =>
      administer(replica, async (admin) => {
        await admin.readonly()
        return admin.get('a')
      })
    await client.set('a', 'replicated')
    expect(await eventually(async () => (await onReplica()) === 'replicated', 10_000)).toBe(true)
    cluster.holdReplication(true)
    await client.set('a', 'lost')
    await cluster.failOver()
    expect(await eventually(async () => (await client.get('a')) === 'replicated', 20_000)).toBe(true)
    expect(await client.set('a', 'written to the new master')).toBe('OK')
    client.disconnect()
  })
})
