import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { KafkaProducer, type ProducerSettings } from '#adapters/kafka/producer.ts'
import type { OutgoingRecord } from '#domain/ports.ts'
import { Refusal } from '#domain/refusal.ts'
import { Random } from '#feeds/simulated/random.ts'
import { Broker } from '#test/adapters/kafka/broker.ts'
import { CuttingLink } from '#test/adapters/kafka/cutting-link.ts'

const PARTITIONS = 4
let broker: Broker

beforeAll(async () => {
  broker = await Broker.start()
})
afterAll(() => broker[Symbol.asyncDispose]())

let topics = 0
async function newTopic(): Promise<string> {
  topics += 1
  await broker.create([`faults-${topics}`], PARTITIONS)
  return `faults-${topics}`
}

async function open(topic: string, bootstrap: string, settings: ProducerSettings = {}): Promise<KafkaProducer> {
  const producer = await KafkaProducer.open({ bootstrap }, [topic], settings)
  onTestFinished(() => producer.close())
  return producer
}

const records = (topic: string, from: number, count: number): OutgoingRecord[] =>
  Array.from({ length: count }, (_, i) => ({ topic, key: `key-${i % 40}`, value: Buffer.from(String(from + i)) }))

/** The numbers in the log, by partition in the order of the log. */
async function written(topic: string): Promise<readonly (readonly number[])[]> {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => broker.contents(topic, partition))
  return (await Promise.all(partitions)).map((part) => part.map(({ value }) => Number(Buffer.from(value).toString())))
}

/** Each number once and, within a partition, in the order in which it was accepted. */
async function expectOnceAndInOrder(topic: string, count: number): Promise<void> {
  const parts = await written(topic)
  for (const part of parts) expect(part).toEqual(part.toSorted((a, b) => a - b))
  expect(parts.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i))
}

/** Hands over `count` records in small portions, so that many batches travel. */
async function produce(producer: KafkaProducer, topic: string, count: number, portion = 50): Promise<void> {
  for (let from = 0; from < count; from += portion) {
    await producer.accept(records(topic, from, portion))
    await delay(1)
  }
  await producer.flush()
}

test('links cut at random, before requests arrive and before answers return, lose nothing and double nothing', async () => {
  await using link = await CuttingLink.to(broker.port)
  const topic = await newTopic()
  const producer = await open(topic, link.address, { retries: 200 })
  const random = Random.seeded(Date.now())
  let lostAnswers = 0
  link.judge = (from, bytes) => {
    if (random.next() >= 0.15) return 'pass'
    // An answer that is lost is a batch that was written without its sender knowing.
    if (from === 'broker' && bytes.length < 200) lostAnswers += 1
    return 'cut'
  }
  let count = 0
  for (; lostAnswers < 25; count += 50) {
    await producer.accept(records(topic, count, 50))
    await delay(1)
  }
  link.judge = () => 'pass'
  await producer.flush()
  expect(producer.tally.get(topic)).toEqual({ accepted: count, acknowledged: count })
  await expectOnceAndInOrder(topic, count)
})

test('a broker that stops in the middle of requests, and goes on, gets every record once', async () => {
  const topic = await newTopic()
  const producer = await open(topic, broker.address, { requestTimeout: 1_000 })
  let sent = 0
  const feeding = (async () => {
    for (; sent < 10_000; sent += 100) {
      await producer.accept(records(topic, sent, 100))
      await delay(2)
    }
    await producer.flush()
  })()
  for (let pause = 0; pause < 2; pause += 1) {
    const before = producer.tally.get(topic)?.acknowledged ?? 0
    await expect.poll(() => producer.tally.get(topic)?.acknowledged ?? 0).toBeGreaterThan(before)
    broker.signal('SIGSTOP')
    // Longer than a request may take, so that requests are given up and sent again while the broker still holds them.
    await delay(2_500)
    broker.signal('SIGCONT')
  }
  await feeding
  expect(producer.tally.get(topic)).toEqual({ accepted: 10_000, acknowledged: 10_000 })
  await expectOnceAndInOrder(topic, 10_000)
})

test('a broker that is killed and started again has all that it acknowledged, and gets the rest', async () => {
  const topic = await newTopic()
  const producer = await open(topic, broker.address)
  await producer.accept(records(topic, 0, 5_000))
  await expect.poll(() => producer.tally.get(topic)?.acknowledged ?? 0).toBeGreaterThan(0)
  const feeding = produce(producer, topic, 0).then(async () => {
    for (let from = 5_000; from < 10_000; from += 100) await producer.accept(records(topic, from, 100))
    await producer.flush()
  })
  broker.signal('SIGKILL')
  await broker.startAgain()
  await feeding
  expect(producer.tally.get(topic)).toEqual({ accepted: 10_000, acknowledged: 10_000 })
  await expectOnceAndInOrder(topic, 10_000)
})

test('a broker that stays away ends the producer in a refusal, and what was acknowledged is in the log', async () => {
  await using link = await CuttingLink.to(broker.port)
  const topic = await newTopic()
  const producer = await open(topic, link.address, { retries: 3, pending: 100 })
  await produce(producer, topic, 1_000)
  link.judge = () => 'cut'
  const failure = await producer.accept(records(topic, 1_000, 500)).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(Refusal)
  expect(String(failure)).toContain('cannot be reached')
  await expect(producer.flush()).rejects.toThrow('cannot be reached')
  await expect(producer.accept(records(topic, 1_500, 1))).rejects.toThrow('cannot be reached')
  const tally = producer.tally.get(topic)
  expect(tally).toEqual({ accepted: 1_500, acknowledged: 1_000 })
  const there = new Set((await written(topic)).flat())
  expect(Array.from({ length: 1_000 }, (_, i) => there.has(i)).every(Boolean)).toBe(true)
})

test('a record that the broker does not take ends in an error that names it, never in silence', async () => {
  const topic = await newTopic()
  const producer = await open(topic, broker.address)
  await producer.accept([{ topic, key: 'k', value: Buffer.alloc(2 ** 21) }])
  await expect(producer.flush()).rejects.toThrow('MESSAGE_TOO_LARGE')
  expect(producer.tally.get(topic)?.acknowledged).toBe(0)
})

test('no more records are under way than allowed', async () => {
  const topic = await newTopic()
  const producer = await open(topic, broker.address, { pending: 200 })
  for (let from = 0; from < 5_000; from += 50) {
    await producer.accept(records(topic, from, 50))
    const { accepted = 0, acknowledged = 0 } = producer.tally.get(topic) ?? {}
    expect(accepted - acknowledged).toBeLessThan(200)
  }
  await producer.flush()
})

test('a broker that accepts connections and says nothing is refused, and so is a topic that is not there', async () => {
  await expect(KafkaProducer.open({ bootstrap: broker.address }, ['no-such-topic'])).rejects.toThrow(
    'has no topic no-such-topic',
  )
  await expect(KafkaProducer.open({ bootstrap: 'nonsense' }, ['x'])).rejects.toThrow('host:port')
})
