import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { pathToFileURL } from 'node:url'
import { isIgnored, refusal, wordAt } from './elasticache-rules.ts'
import { encodeRequest, type Frame, RequestStream } from './resp.ts'

/**
 * ElastiCache Serverless in front of one Redis node: refuses what the service refuses, and passes all else on.
 *
 * A refused request is replaced by a command that no Redis knows, named after the reason. So Redis itself answers with
 * the error, in its place among the answers of a pipeline, and a transaction that held the request is discarded.
 */
export interface ElastiCacheProxy {
  /** Where it listens, on loopback. */
  readonly port: number
  /** Stops passing on what this node replicates, so that its replicas lag; or passes it on again. */
  holdReplication(hold: boolean): void
  close(): Promise<void>
}

/** What a proxy serves: its own port (0: any), its node's, and the ports of the nodes that may replicate from it. */
export interface ElastiCacheOptions {
  readonly port: number
  readonly node: number
  readonly peers?: readonly number[]
}

/** Starts a proxy; resolves when it listens. */
export async function serveElastiCache({ port, node, peers = [] }: ElastiCacheOptions): Promise<ElastiCacheProxy> {
  const clients = new Set<Socket>()
  const replications = new Set<Socket>()
  let held = false

  const server = createServer({ noDelay: true }, (client) => {
    const redis = connect({ port: node, host: '127.0.0.1', noDelay: true })
    clients.add(client)
    const end = () => {
      clients.delete(client)
      replications.delete(redis)
      client.destroy()
      redis.destroy()
    }
    for (const socket of [client, redis]) socket.on('error', end).on('close', end)
    // Not pipe(): it would resume a held stream by itself whenever the replica's buffer drains.
    redis.on('data', (chunk) => {
      if (!client.write(chunk)) redis.pause()
    })
    client.on('drain', () => {
      if (!(held && replications.has(redis))) redis.resume()
    })
    redis.on('drain', () => client.resume())
    passRequests(client, redis, peers, () => {
      replications.add(redis)
      if (held) redis.pause()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1' }, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    holdReplication(hold) {
      held = hold
      for (const redis of replications) hold ? redis.pause() : redis.resume()
    },
    close() {
      for (const client of clients) client.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function passRequests(client: Socket, redis: Socket, peers: readonly number[], onReplica: () => void): void {
  const requests = new RequestStream()
  let inTransaction = false
  let isReplica = false
  client.on('data', (chunk) => {
    const passed: Buffer[] = []
    if (isReplica) passed.push(chunk)
    else {
      for (const frame of requests.feed(chunk)) {
        const command = wordAt(frame.words, 0)
        isReplica = isPeer(frame, peers)
        passed.push(isReplica ? frame.bytes : admit(frame, inTransaction))
        if (command === 'multi') inTransaction = true
        else if (command === 'exec' || command === 'discard' || command === 'reset') inTransaction = false
        if (!isReplica) continue
        // From here on the stream is replication between nodes of the service, which no client of it ever sees.
        onReplica()
        passed.push(requests.rest)
        break
      }
    }
    if (!redis.write(Buffer.concat(passed))) client.pause()
  })
}

function admit({ bytes, count, words }: Frame, inTransaction: boolean): Buffer {
  const reason = refusal({ count, words, inTransaction })
  if (reason !== undefined) return encodeRequest(reason)
  return isIgnored({ words }) ? encodeRequest('EVAL', "return redis.status_reply('OK')", '0') : bytes
}

function isPeer({ words }: Frame, peers: readonly number[]): boolean {
  return (
    wordAt(words, 0) === 'replconf' && wordAt(words, 1) === 'listening-port' && peers.includes(Number(wordAt(words, 2)))
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { PORT, REDIS_PORT, PEERS = '' } = process.env
  const proxy = await serveElastiCache({
    port: Number(PORT),
    node: Number(REDIS_PORT),
    peers: PEERS.split(',').filter(Boolean).map(Number),
  })
  process.on('SIGUSR2', () => proxy.holdReplication(true))
  process.on('SIGWINCH', () => proxy.holdReplication(false))
  process.once('SIGTERM', () => process.exit(0))
  process.stdout.write(`serving ElastiCache on 127.0.0.1:${proxy.port} in front of 127.0.0.1:${REDIS_PORT}\n`)
}
