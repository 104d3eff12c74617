import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Admin, Consumer, Producer } from '@platformatic/kafka'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { kafka } from '#local/engines/kafka.ts'
import { BridgeProcess, until } from './bridge-process.ts'
import { LambdaApi, mappingAnswer } from './lambda-api.ts'

/** A real Kafka for a file of tests, and for each test a topic of two partitions, a Lambda API and the bridge between them. */
export class Scene {
  readonly home = mkdtempSync(join(tmpdir(), 'lodestream-esm-'))
  broker = ''
  topic = ''
  api = new LambdaApi()
  bridges: BridgeProcess[] = []
  #sequence = 0
  #producer: Producer | undefined

  /** Starts and ends everything around the tests of the file. */
  constructor() {
    beforeAll(async () => {
      this.broker = await kafka.start({ home: this.home })
    }, 120_000)
    afterAll(async () => {
      await this.#producer?.close()
      await kafka.stop({ home: this.home })
      rmSync(this.home, { recursive: true, force: true })
    }, 60_000)
    beforeEach(async () => {
      this.topic = await this.createTopic(`events_${++this.#sequence}`)
      this.api = new LambdaApi()
      await this.api.start()
    })
    afterEach(async () => {
      await Promise.all(this.bridges.map((bridge) => bridge.stop()))
      this.bridges = []
      await this.api.stop()
    })
  }

  async createTopic(topic: string): Promise<string> {
    await this.withAdmin((admin) => admin.createTopics({ topics: [topic], partitions: 2, replicas: 1 }))
    return topic
  }

  async withAdmin<Result>(use: (admin: Admin) => Promise<Result>): Promise<Result> {
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [this.broker] })
    try {
      return await use(admin)
    } finally {
      await admin.close()
    }
  }

  get producer(): Producer {
    this.#producer ??= new Producer({ clientId: 'test', bootstrapBrokers: [this.broker], idempotent: true })
    return this.#producer
  }

  /** Ends Kafka and starts it again on the same port, with the producer renewed. `meanwhile` runs while it is away. */
  async restartKafka(meanwhile: () => Promise<void>): Promise<void> {
    await this.#producer?.close()
    this.#producer = undefined
    await kafka.stop({ home: this.home })
    await meanwhile()
    await kafka.start({ home: this.home })
  }

  /** A mapping of this test's topic. */
  mapping(parameters: Record<string, unknown> = {}): Record<string, unknown> {
    const group = { ConsumerGroupId: `group-${this.topic}` }
    return mappingAnswer({
      UUID: this.topic,
      Topics: [this.topic],
      AmazonManagedKafkaEventSourceConfig: group,
      ...parameters,
    })
  }

  /** Starts a bridge, and gives the API a mapping of the topic if it has none. */
  start(parameters: Record<string, unknown> = {}, environment: Record<string, string> = {}): BridgeProcess {
    if (this.api.mappings.length === 0) this.api.mappings = [this.mapping(parameters)]
    const { broker, home, api } = this
    const bridge = new BridgeProcess({
      LODESTREAM_KAFKA: broker,
      AWS_ENDPOINT_URL: api.endpoint,
      LODESTREAM_HOME: home,
      ...environment,
    })
    this.bridges.push(bridge)
    return bridge
  }

  /** Resolves when the bridge started last has said `event`, `times` times. */
  async said(event: string, times = 1): Promise<void> {
    const bridge = this.bridges.at(-1)
    await until(
      () => (bridge?.said(event).length ?? 0) >= times,
      () => `the bridge never said "${event}"; ${this.#told()}`,
    )
  }

  /** Appends `count` records to a partition; their values are numbers from `first` on. */
  async produce(partition: number, count: number, first = 0): Promise<void> {
    const { topic } = this
    for (let from = 0; from < count; from += 1_000) {
      const messages = Array.from({ length: Math.min(1_000, count - from) }, (_, index) => ({
        topic,
        partition,
        key: Buffer.from('k'),
        value: Buffer.from(String(first + from + index)),
      }))
      await this.producer.send({ messages, acks: -1 })
    }
  }

  /** Resolves when `count` records have been delivered, repetitions included. */
  async delivered(count: number, milliseconds?: number): Promise<void> {
    await until(
      () => this.api.delivered().length >= count,
      () => `${this.api.delivered().length} of ${count} records delivered; ${this.#told()}`,
      milliseconds,
    )
  }

  /** The offsets of a partition in the order of their deliveries. */
  of(partition: number): number[] {
    return this.api.calls.flatMap(({ records }) =>
      records.filter((record) => record.partition === partition).map(({ offset }) => offset),
    )
  }

  /** What the group has committed by partition, -1 where nothing is. */
  async committed(partition: number): Promise<bigint | undefined> {
    const { topic, broker } = this
    const consumer = new Consumer({ clientId: 'test-offsets', groupId: `group-${topic}`, bootstrapBrokers: [broker] })
    try {
      return (await consumer.listCommittedOffsets({ topics: [{ topic, partitions: [partition] }] })).get(topic)?.[
        partition
      ]
    } finally {
      await consumer.close()
    }
  }

  /** Resolves when the group has committed `offset`. */
  async committing(partition: number, offset: bigint): Promise<void> {
    let last: bigint | undefined
    await until(
      async () => {
        last = await this.committed(partition)
        return last === offset
      },
      () => `${last} is committed, not ${offset}; ${this.#told()}`,
    )
  }

  #told(): string {
    const bridge = this.bridges.at(-1)
    return `the bridge said ${JSON.stringify(bridge?.lines.slice(-8))} ${bridge?.errors ?? ''}`
  }
}

/** 0, 1, … count − 1. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
