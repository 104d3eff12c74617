import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { clientSettings } from '#adapters/aws/connection.ts'
import { serveKinesis } from '#local/bridges/kinesis/server.ts'

/** The machine's clock, until it is set forward or stopped. */
class Clock {
  #ahead = 0
  #stoppedAt: number | undefined

  /** ms */
  readonly now = (): number => (this.#stoppedAt ?? Date.now()) + this.#ahead

  /** @param time ms */
  pass(time: number): void {
    this.#ahead += time
  }

  stop(): void {
    this.#stoppedAt = Date.now()
  }
}

/** A Kinesis of a test's own, with a clock of the test's. */
export class KinesisServer implements AsyncDisposable {
  readonly client: KinesisClient
  readonly endpoint: string
  readonly #folder: string
  readonly #close: () => Promise<void>
  readonly #clock: Clock

  private constructor(folder: string, port: number, close: () => Promise<void>, clock: Clock) {
    this.#folder = folder
    this.#close = close
    this.#clock = clock
    this.endpoint = `http://127.0.0.1:${port}`
    this.client = new KinesisClient({
      ...clientSettings({ endpoint: this.endpoint }),
      maxAttempts: 1,
      requestHandler: new NodeHttpHandler(),
    })
  }

  static async start(): Promise<KinesisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'lodestream-kinesis-'))
    const clock = new Clock()
    const { port, close } = await serveKinesis({ port: 0, folder, now: clock.now })
    return new KinesisServer(folder, port, close, clock)
  }

  get port(): number {
    return Number(new URL(this.endpoint).port)
  }

  get clock(): Clock {
    return this.#clock
  }

  async create(stream: string, shards: number): Promise<void> {
    await this.client.send(new CreateStreamCommand({ StreamName: stream, ShardCount: shards }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy()
    await this.#close()
    await rm(this.#folder, { recursive: true })
  }
}
