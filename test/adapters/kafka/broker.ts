import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Admin } from '@platformatic/kafka'
import { KafkaLog } from '#adapters/kafka/log.ts'
import type { LogRecord } from '#domain/ports.ts'
import { kafka } from '#local/engines/kafka.ts'
import { runningPart } from '#local/process.ts'

/** A real broker of a test file's own, in a home of its own. */
export class Broker implements AsyncDisposable {
  readonly home: string
  #address: string

  private constructor(home: string, address: string) {
    this.home = home
    this.#address = address
  }

  static async start(): Promise<Broker> {
    const home = await mkdtemp(join(tmpdir(), 'lodestream-kafka-'))
    return new Broker(home, await kafka.start({ home }))
  }

  get address(): string {
    return this.#address
  }

  get port(): number {
    return Number(this.#address.split(':')[1])
  }

  /** Sends the broker's process a signal. */
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    const part = runningPart(this.home, 'kafka')
    if (part === undefined) throw new Error('the broker does not run')
    process.kill(part.pid, name)
  }

  /** Starts it again after it was stopped or killed; its port must be the old one. */
  async startAgain(): Promise<void> {
    const address = await kafka.start({ home: this.home })
    if (address !== this.#address) throw new Error(`the broker moved from ${this.#address} to ${address}`)
  }

  async stop(): Promise<void> {
    await kafka.stop({ home: this.home })
  }

  /** Creates topics; `settings` as Kafka names them. */
  async create(topics: readonly string[], partitions: number, settings: Record<string, string> = {}): Promise<void> {
    const configs = Object.entries(settings).map(([name, value]) => ({ name, value }))
    await this.withAdmin((admin) => admin.createTopics({ topics: [...topics], partitions, replicas: 1, configs }))
  }

  async withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [this.#address] })
    try {
      return await work(admin)
    } finally {
      await admin.close()
    }
  }

  /** Everything that stands in a partition. */
  async contents(topic: string, partition: number): Promise<readonly LogRecord[]> {
    const log = new KafkaLog({ bootstrap: this.#address })
    const { earliest, end } = await log.bounds({ topic, partition })
    const records: LogRecord[] = []
    for await (const batch of log.read({ topic, partition }, earliest, end)) records.push(...batch)
    await log.close()
    return records
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await rm(this.home, { recursive: true })
  }
}
