import { describe, expect, it } from 'vitest'
import { isIgnored, largestScript, mostArguments, refusal, refusedNames } from '#local/bridges/elasticache-rules.ts'

function ask(line: string, { count, inTransaction = false }: { count?: number; inTransaction?: boolean } = {}) {
  const words = line.split(' ').map((word) => Buffer.from(word))
  return refusal({ count: count ?? words.length, words: words.slice(0, 3), inTransaction })
}

/** As the documentation lists them, its two slips (`addslot`, `delslot`) put right. Containers stand for all below them. */
const documented = `acl deluser, acl load, acl log, acl save, acl setuser, bgrewriteaof, bgsave, client caching,
  client getredir, client id, client info, client kill, client list, client no-evict, client pause, client tracking,
  client trackinginfo, client unblock, client unpause, cluster addslots, cluster addslotsrange, cluster bumpepoch,
  cluster count-failure-reports, cluster delslots, cluster delslotsrange, cluster failover, cluster flushslots,
  cluster forget, cluster links, cluster meet, cluster setslot, commandlog, config, debug, fcall, fcall_ro, function,
  keys, lastsave, latency, memory, migrate, monitor, move, object, pfdebug, pfselftest, psubscribe, psync,
  pubsub numpat, punsubscribe, replicaof, save, script kill, shutdown, slaveof, slowlog, swapdb, sync, wait`

describe('what ElastiCache Serverless refuses', () => {
  it('is what its documentation lists', () => {
    expect([...refusedNames].sort()).toEqual(documented.split(/,\s+/).sort())
  })

  it.each(refusedNames)('%s', (name) => {
    expect(ask(`${name} x`)).toContain(name)
    expect(ask(`${name.toUpperCase()} x`)).toContain(name)
  })

  it.each([
    'get a',
    'hset h f v',
    'evalsha 0123 1 {a}',
    'script load x',
    'script exists x',
    'cluster slots',
    'cluster shards',
    'client setname me',
    'acl whoami',
    'info',
    'scan 0',
    'flushall',
    'memoryless',
    'configuration',
  ])('but not %s', (line) => expect(ask(line)).toBeUndefined())

  it('a request of more arguments than the documented limit, its name among them', () => {
    expect(ask('mset a 1', { count: mostArguments })).toBeUndefined()
    expect(ask('mset a 1', { count: mostArguments + 1 })).toContain('4000 arguments')
  })

  it('a script of more than 4 MiB', () => {
    const script = (length: number) => [Buffer.from('eval'), Buffer.alloc(length, 32), Buffer.from('0')]
    expect(refusal({ count: 3, words: script(largestScript), inTransaction: false })).toBeUndefined()
    expect(refusal({ count: 3, words: script(largestScript + 1), inTransaction: false })).toContain('script')
    const load = [Buffer.from('SCRIPT'), Buffer.from('LOAD'), Buffer.alloc(largestScript + 1)]
    expect(refusal({ count: 3, words: load, inTransaction: false })).toContain('script')
  })

  it('a flush inside a transaction', () => {
    expect(ask('flushall', { inTransaction: true })).toContain('transaction')
    expect(ask('FLUSHDB async', { inTransaction: true })).toContain('transaction')
  })

  it('nothing of a value that reads like a command', () => expect(ask('set config debug')).toBeUndefined())
})

it('takes SCRIPT FLUSH and does nothing', () => {
  expect(isIgnored({ words: [Buffer.from('Script'), Buffer.from('FLUSH')] })).toBe(true)
  expect(isIgnored({ words: [Buffer.from('script'), Buffer.from('load')] })).toBe(false)
})
