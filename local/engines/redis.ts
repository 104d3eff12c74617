import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Refusal } from '#domain/refusal.ts'
import { freePort, portFor } from '../ports.ts'
import { becomeReady, ensure, eventually, launch, type Part, runningPart, stopPart } from '../process.ts'
import { repository } from '../state.ts'
import type { Engine, Place } from './engine.ts'

/** Where a client finds the cache: the ElastiCache proxy of its first node. */
export interface RedisAddress {
  readonly host: string
  readonly port: number
}

/** One node, and the two ways to it. */
export interface RedisNode {
  /** Name of its record and log. */
  readonly name: string
  /** The ElastiCache proxy's port: all that a client may know. */
  readonly port: number
  /** Redis's own port, where nothing is refused: for administration and tests. */
  readonly adminPort: number
}

/** A running cluster of one master, which holds every slot, and its replicas. */
export interface RedisCluster extends RedisAddress {
  /** The first is the master, until `failOver`. */
  readonly nodes: readonly RedisNode[]
  /** Keeps back what the master replicates, so that its replicas lag behind it; `false` lets it flow again. */
  holdReplication(hold: boolean): void
  /** Makes the first replica the master with what it has, as a failover does. Resolves when it accepts writes. */
  failOver(): Promise<void>
  stop(): Promise<void>
}

/** What a cluster takes: its home, and how many replicas (default none). */
export interface RedisOptions extends Place {
  readonly replicas?: number
}

/** redis-server in cluster mode behind a proxy that refuses what ElastiCache Serverless refuses. */
export const redis: Engine<RedisAddress> = {
  name: 'redis',
  async install() {
    // Debian's package; doctor says how to get it. Nothing is downloaded.
  },
  async start(place) {
    const { host, port } = await startRedis(place)
    return { host, port }
  },
  async stop({ home }) {
    await stopNodes(home, nodeNames(0))
  },
}

/** Starts a cluster, or finds it running, and resolves when every node serves its slots and its replicas follow. */
export async function startRedis({ home, replicas = 0, report }: RedisOptions): Promise<RedisCluster> {
  const names = nodeNames(replicas)
  const nodes: RedisNode[] = []
  for (const name of names) {
    nodes.push({ name, port: await portFor(home, proxyName(name)), adminPort: await portFor(home, name) })
  }
  await Promise.all(nodes.map((node) => startNode(home, node, nodes)))
  report?.('forming the cluster')
  const [master, ...followers] = nodes
  if (!master) throw new Error('a cluster has at least one node')
  await own(home, master)
  for (const follower of followers) await follow(follower, master)
  return {
    host: '127.0.0.1',
    port: master.port,
    nodes,
    holdReplication(hold) {
      const proxy = runningPart(home, proxyName(master.name))
      if (!proxy) throw new Error(`${proxyName(master.name)} does not run`)
      process.kill(proxy.pid, hold ? 'SIGUSR2' : 'SIGWINCH')
    },
    async failOver() {
      const [follower] = followers
      if (!follower) throw new Error('there is no replica to fail over to')
      await administer(follower, (client) => client.call('CLUSTER', 'FAILOVER', 'TAKEOVER'))
      await expectRole(follower, 'master')
    },
    async stop() {
      await stopNodes(home, names)
    },
  }
}

/** Runs `work` on a connection straight to the node, where nothing is refused. */
export async function administer<T>(node: RedisNode, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ port: node.adminPort, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null })
  const refused = new Promise<never>((_, reject) => client.once('error', reject))
  try {
    await Promise.race([client.connect(), refused])
    return await work(client)
  } finally {
    client.disconnect()
  }
}

async function startNode(home: string, node: RedisNode, nodes: readonly RedisNode[]): Promise<void> {
  const proxyScript = join(repository, 'local', 'bridges', 'elasticache.ts')
  const peers = nodes.map(({ adminPort }) => adminPort)
  const server = runningPart(home, node.name) ?? (await startServer(home, node))
  await becomeReady(home, server, () => administer(node, async (client) => (await client.ping()) === 'PONG'), 20_000)
  const proxy = await ensure(home, {
    name: proxyName(node.name),
    command: [process.execPath, proxyScript],
    env: { PORT: `${node.port}`, REDIS_PORT: `${node.adminPort}`, PEERS: peers.join(',') },
  })
  const throughProxy = { ...node, adminPort: node.port }
  await becomeReady(home, proxy, () => administer(throughProxy, async (c) => (await c.ping()) === 'PONG'), 20_000)
}

async function startServer(home: string, { name, port, adminPort }: RedisNode): Promise<Part> {
  const data = join(home, 'data', name)
  mkdirSync(data, { recursive: true })
  const settings = {
    port: adminPort,
    bind: '127.0.0.1',
    dir: data,
    'cluster-enabled': 'yes',
    'cluster-port': await freePort(),
    'cluster-announce-ip': '127.0.0.1',
    // What Redis tells cluster clients about itself must lead them back to the proxy.
    'cluster-announce-port': port,
    'cluster-node-timeout': 2000,
    'maxmemory-policy': 'volatile-lru',
    appendonly: 'no',
    // Written when it is asked to end, so that `down` and `up` keep the state.
    save: '86400 1',
    'repl-diskless-sync-delay': 0,
    // Redis writes its title over its environment, and with it the mark by which a part is known.
    'set-proc-title': 'no',
  }
  const words = Object.entries(settings).flatMap(([key, value]) => [`--${key}`, ...`${value}`.split(' ')])
  return launch(home, { name, command: ['redis-server', ...words] })
}

/** Gives the node every slot, unless it has them from before. */
async function own(home: string, node: RedisNode): Promise<void> {
  await administer(node, async (client) => {
    const owned = await client.call('CLUSTER', 'SLOTS')
    if (Array.isArray(owned) && owned.length === 0) await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    const isOk = async () => String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok')
    if (!(await eventually(isOk, 20_000))) {
      throw new Refusal(`${node.name} does not take its slots: see ${home}/logs/${node.name}.log.`)
    }
  })
}

async function follow(follower: RedisNode, master: RedisNode): Promise<void> {
  const masterId = String(await administer(master, (client) => client.call('CLUSTER', 'MYID')))
  const bus = await administer(master, async (client) => {
    const answer = await client.call('CONFIG', 'GET', 'cluster-port')
    return Array.isArray(answer) ? String(answer[1]) : ''
  })
  await administer(follower, async (client) => {
    await client.call('CLUSTER', 'MEET', '127.0.0.1', `${master.port}`, bus)
    const knows = async () => String(await client.call('CLUSTER', 'NODES')).includes(`${masterId} `)
    if (!(await eventually(knows, 20_000))) throw new Error(`${follower.name} does not meet ${master.name}`)
    await client.call('CLUSTER', 'REPLICATE', masterId)
    // A client may ask either of them where the slots are, so both must know.
    const isLinked = async () =>
      String(await client.call('INFO', 'replication')).includes('master_link_status:up') &&
      String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok')
    if (!(await eventually(isLinked, 20_000))) throw new Error(`${follower.name} does not follow ${master.name}`)
  })
}

async function expectRole(node: RedisNode, role: 'master' | 'slave'): Promise<void> {
  const has = () =>
    administer(node, async (client) => String(await client.call('INFO', 'replication')).includes(`role:${role}`))
  if (!(await eventually(has, 20_000))) throw new Error(`${node.name} does not become ${role}`)
}

async function stopNodes(home: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await stopPart(home, proxyName(name))
    await stopPart(home, name)
  }
}

function nodeNames(replicas: number): string[] {
  return Array.from({ length: 1 + replicas }, (_, index) => (index === 0 ? 'redis' : `redis-replica-${index}`))
}

function proxyName(node: string): string {
  return node.replace('redis', 'elasticache')
}
