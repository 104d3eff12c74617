import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** What the link does with what a broker or a client says: hand it on, or cut the connection instead. */
export type Judge = (from: 'client' | 'broker', bytes: Buffer) => 'pass' | 'cut'

/**
 * A link to a broker that can be cut in the middle of a conversation. The broker tells clients its own port, so the link
 * writes its own one in place of it, and nobody gets around it.
 */
export class CuttingLink implements AsyncDisposable {
  judge: Judge = () => 'pass'
  cuts = 0
  readonly #server: Server
  readonly #brokerPort: number
  readonly #sockets = new Set<Socket>()

  private constructor(brokerPort: number) {
    this.#brokerPort = brokerPort
    this.#server = createServer((client) => this.#join(client))
  }

  static async to(brokerPort: number): Promise<CuttingLink> {
    const link = new CuttingLink(brokerPort)
    link.#server.listen(0, '127.0.0.1')
    await once(link.#server, 'listening')
    return link
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`
  }

  get #port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the link does not listen')
    return address.port
  }

  #join(client: Socket): void {
    const broker = connect({ port: this.#brokerPort, host: '127.0.0.1' })
    const cut = () => {
      client.destroy()
      broker.destroy()
    }
    for (const socket of [client, broker]) {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      // Either end may vanish at any time: that is what the link is for.
      socket.on('error', cut)
      socket.on('close', () => {
        this.#sockets.delete(socket)
        cut()
      })
    }
    const relay = (from: 'client' | 'broker', to: Socket) => (bytes: Buffer) => {
      if (this.judge(from, bytes) === 'cut') {
        this.cuts += 1
        cut()
      } else to.write(from === 'broker' ? this.#readdressed(bytes) : bytes)
    }
    client.on('data', relay('client', broker))
    broker.on('data', relay('broker', client))
  }

  #readdressed(bytes: Buffer): Buffer {
    const theirs = hostAndPort(this.#brokerPort)
    const copy = Buffer.from(bytes)
    for (let at = copy.indexOf(theirs); at >= 0; at = copy.indexOf(theirs, at + 1))
      hostAndPort(this.#port).copy(copy, at)
    return copy
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** As Metadata answers spell an address: the host's characters, then the port in 32 bits. */
function hostAndPort(port: number): Buffer {
  const number = Buffer.alloc(4)
  number.writeInt32BE(port)
  return Buffer.concat([Buffer.from('127.0.0.1'), number])
}
