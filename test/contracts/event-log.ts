import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { LogSettings } from '#adapters/event-logs/log-settings.ts'
import { openLog } from '#adapters/event-logs/open-log.ts'
import { openSink } from '#adapters/event-logs/open-sink.ts'
import type { EventSink, Log, LogRecord, OutgoingRecord } from '#domain/ports.ts'
import { Refusal } from '#domain/refusal.ts'
import { CuttingLink } from '#test/adapters/kafka/cutting-link.ts'
import { seeded, seedOf } from './random.ts'

/** A transport's real engine. */
export interface LogEngine extends AsyncDisposable {
  /** Where it listens. */
  readonly port: number
  /** How to reach it at an address, `host:port`. */
  at(address: string): LogSettings
  /** Makes an empty topic. */
  create(topic: string, partitions: number): Promise<void>
}

export const PARTITIONS = 4
const KEYS = 24

/** Numbered records of one topic, of a few keys, of lengths that differ. */
export const numbered = (topic: string, from: number, count: number): readonly OutgoingRecord[] =>
  Array.from({ length: count }, (_, i) => ({
    topic,
    key: `key-${(from + i) % KEYS}`,
    value: Buffer.from(JSON.stringify({ number: from + i, note: 'ü'.repeat(((from + i) * 37) % 300) })),
  }))

/** The number in a record's value. */
export const numberIn = ({ value }: LogRecord): number => JSON.parse(Buffer.from(value).toString()).number

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i)

/** Everything that stands in a topic, partition by partition. */
export async function contents(log: Log, topic: string): Promise<readonly (readonly LogRecord[])[]> {
  const partitions = upTo(PARTITIONS).map(async (partition) => {
    const { earliest, end } = await log.bounds({ topic, partition })
    return all(log.read({ topic, partition }, earliest, end))
  })
  return Promise.all(partitions)
}

async function all(batches: AsyncIterable<readonly LogRecord[]>): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = []
  for await (const batch of batches) records.push(...batch)
  return records
}

/** Of each number its first place in the log: at least once, and of one key in the order of `accept`. */
export function expectInOrder(parts: readonly (readonly LogRecord[])[], count: number): void {
  const firsts = parts.map((part) => [...new Set(part.map(numberIn))])
  expect(firsts.flat().toSorted((a, b) => a - b)).toEqual(upTo(count))
  for (const part of firsts) {
    for (const ofKey of Map.groupBy(part, (number) => number % KEYS).values()) {
      expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b))
    }
  }
}

/** What every transport has to do, whatever it stands on. @param start starts its engine, once for all of it */
export function eventLogContract(name: string, start: () => Promise<LogEngine>): void {
  describe(`${name}: the contract`, () => {
    let engine: LogEngine
    let log: Log
    beforeAll(async () => {
      engine = await start()
      log = await openLog(engine.at(`127.0.0.1:${engine.port}`))
    })
    afterAll(async () => {
      await log.close()
      await engine[Symbol.asyncDispose]()
    })

    let topics = 0
    const newTopic = async (): Promise<string> => {
      topics += 1
      await engine.create(`contract-${topics}`, PARTITIONS)
      return `contract-${topics}`
    }
    const open = async (topic: string, address = `127.0.0.1:${engine.port}`): Promise<EventSink> => {
      const sink = await openSink(engine.at(address), [topic])
      onTestFinished(() => sink.close())
      return sink
    }

    test('what is acknowledged stands in the log as it was: once, a key in one partition, in order', async () => {
      const topic = await newTopic()
      const sink = await open(topic)
      const begun = Date.now()
      for (let from = 0; from < 3_000; from += 100) await sink.accept(numbered(topic, from, 100))
      await sink.flush()
      expect(sink.tally.get(topic)).toEqual({ accepted: 3_000, acknowledged: 3_000 })
      const parts = await contents(log, topic)
      expectInOrder(parts, 3_000)
      expect(parts.flat()).toHaveLength(3_000)
      expect(parts.filter((part) => part.length > 0).length).toBeGreaterThan(1)
      for (const [partition, part] of parts.entries()) {
        for (const record of part) {
          expect(record).toMatchObject({ topic, partition })
          const [sent] = numbered(topic, numberIn(record), 1)
          expect(Buffer.from(record.value).equals(sent?.value ?? Buffer.of())).toBe(true)
          expect(record.appendedAt).toBeGreaterThan(begun - 1_000)
          expect(record.appendedAt).toBeLessThan(Date.now() + 1_000)
        }
        const offsets = part.map(({ offset }) => offset)
        expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => (a < b ? -1 : 1)))
      }
      const ofKey = parts.map((part) => new Set(part.map((record) => numberIn(record) % KEYS)))
      expect(ofKey.reduce((sum, { size }) => sum + size, 0)).toBe(KEYS)
    })

    test('an empty partition begins and ends at 0, and what is appended moves its end alone', async () => {
      const topic = await newTopic()
      const partition = { topic, partition: 1 }
      expect(await log.bounds(partition)).toEqual({ earliest: 0n, end: 0n })
      expect(await all(log.read(partition, 0n, 0n))).toEqual([])
      const sink = await open(topic)
      await sink.accept(numbered(topic, 0, 200))
      await sink.flush()
      const { earliest, end } = await log.bounds(partition)
      const records = await all(log.read(partition, earliest, end))
      expect(earliest).toBe(0n)
      expect(end).toBe((records.at(-1)?.offset ?? -1n) + 1n)
    })

    test('reading begins at any offset, also at one after a record, and ends before the one that it is given', async () => {
      const topic = await newTopic()
      const sink = await open(topic)
      await sink.accept(numbered(topic, 0, 600))
      await sink.flush()
      const parts = await contents(log, topic)
      const part = parts.find(({ length }) => length > 20) ?? []
      const { partition = 0 } = part[0] ?? {}
      const offsets = part.map(({ offset }) => offset)
      const [at = 0n, last = 0n] = [offsets[10], offsets.at(-1)]
      const read = async (from: bigint, end: bigint) =>
        (await all(log.read({ topic, partition }, from, end))).map(({ offset }) => offset)
      expect(await read(at, last + 1n)).toEqual(offsets.slice(10))
      expect(await read(at + 1n, last + 1n)).toEqual(offsets.slice(11))
      expect(await read(at, offsets[15] ?? 0n)).toEqual(offsets.slice(10, 15))
      expect(await read(last + 1n, last + 1n)).toEqual([])
      const again = await all(log.read({ topic, partition }, 0n, last + 1n))
      expect(again.map(({ appendedAt }) => appendedAt)).toEqual(part.map(({ appendedAt }) => appendedAt))
    })

    test('a large record arrives as it was', async () => {
      const topic = await newTopic()
      const sink = await open(topic)
      const value = Buffer.from(upTo(700_000).map((i) => (i * 7_919) % 251))
      await sink.accept([{ topic, key: 'large', value }])
      await sink.flush()
      const [record] = (await contents(log, topic)).flat()
      expect(Buffer.from(record?.value ?? Buffer.of()).equals(value)).toBe(true)
    })

    test('links cut at random, before requests arrive and before answers return, lose nothing', async () => {
      const random = seeded(seedOf(`${name}: cut links`))
      await using link = await CuttingLink.to(engine.port)
      const topic = await newTopic()
      const sink = await open(topic, link.address)
      link.judge = () => (random() < 0.1 ? 'cut' : 'pass')
      for (let from = 0; from < 1_500; from += 50) {
        await sink.accept(numbered(topic, from, 50))
        // Few records a request, so that there are many to cut.
        await sink.flush()
      }
      expect(link.cuts).toBeGreaterThan(0)
      expect(sink.tally.get(topic)).toEqual({ accepted: 1_500, acknowledged: 1_500 })
      expectInOrder(await contents(log, topic), 1_500)
    })

    test('a topic that is not there, and an engine that nobody answers for, are refused in a sentence', async () => {
      const lost = await openLog(engine.at('127.0.0.1:1'))
      onTestFinished(() => lost.close())
      const missing = { topic: 'missing', partition: 0 }
      const attempts: readonly (() => Promise<unknown>)[] = [
        () => open('missing'),
        () => log.bounds(missing),
        () => open('missing', '127.0.0.1:1'),
        () => lost.bounds(missing),
      ]
      for (const attempt of attempts) {
        const error: unknown = await attempt().then(
          () => undefined,
          (reason: unknown) => reason,
        )
        expect(error).toBeInstanceOf(Refusal)
        expect(String(error)).toMatch(/has no (topic|stream) missing|cannot be reached/)
      }
    })
  })
}
