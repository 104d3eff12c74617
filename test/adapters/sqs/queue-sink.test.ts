import type { SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordsOf } from '#adapters/sqs/envelope.ts'
import { QueueSink } from '#adapters/sqs/queue-sink.ts'
import { CALL_BYTES } from '#adapters/sqs/send-messages.ts'
import type { OutgoingRecord } from '#domain/ports.ts'
import { Refusal } from '#domain/refusal.ts'
import { QueueInPart } from './queue-in-part.ts'

let queue: QueueInPart
let client: SQSClient

beforeEach(async () => {
  queue = new QueueInPart()
  client = await queue.start()
})

afterEach(async () => {
  client.destroy()
  await queue.stop()
})

const record = (n: number, bytes = 100): OutgoingRecord => ({
  topic: n % 2 === 0 ? 'even' : 'odd',
  key: `k${n}`,
  value: Buffer.alloc(bytes, n % 256),
})
const sinkWith = (settings: { deadlineMs?: number; pendingBytes?: number; calls?: number } = {}) =>
  new QueueSink({ queueUrl: 'http://queue/1/ingest', client, ...settings })

function readBack(text: string): readonly OutgoingRecord[] {
  const read = recordsOf(text)
  if ('malformed' in read) throw new Error(read.malformed)
  return read.records
}

describe('what a sink hands over', () => {
  it('is what was accepted, within the limits of a call and of a message', async () => {
    const sink = sinkWith()
    const sent = Array.from({ length: 3_000 }, (_, n) => record(n, 1_000))
    await sink.accept(sent)
    await sink.flush()
    for (const texts of queue.calls) {
      const sizes = texts.map((text) => Buffer.byteLength(text))
      expect(texts.length).toBeLessThanOrEqual(10)
      expect(Math.max(...sizes)).toBeLessThanOrEqual(200_000)
      expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(CALL_BYTES)
    }
    const got = queue.calls.flat().flatMap(readBack)
    const byKey = (all: readonly OutgoingRecord[]) => all.toSorted((a, b) => a.key.localeCompare(b.key))
    expect(byKey(got)).toEqual(byKey(sent))
    expect(Object.fromEntries(sink.tally)).toEqual({
      even: { accepted: 1_500, acknowledged: 1_500 },
      odd: { accepted: 1_500, acknowledged: 1_500 },
    })
  })

  it('holds no character that SQS refuses, and keeps every key', async () => {
    const sink = sinkWith()
    const key = 'a\uFFFE\uFFFF\u0000\u001F"ü'
    await sink.accept([{ ...record(0), key }])
    await sink.flush()
    const [text = ''] = queue.calls.flat()
    expect(text).not.toMatch(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u)
    expect(readBack(text)[0]?.key).toBe(key)
  })

  it('goes by itself where it is large, and is refused with nothing taken over where no message holds it', async () => {
    const sink = sinkWith()
    await sink.accept([record(1), record(2, 700_000), record(3)])
    await sink.flush()
    expect(queue.calls.flat().map((text) => readBack(text).map(({ key }) => key))).toEqual([['k1'], ['k2'], ['k3']])
    await expect(sink.accept([record(4), record(5, 800_000)])).rejects.toThrow(Refusal)
    await sink.accept([record(6)])
    await sink.flush()
    expect(sink.tally.get('even')).toEqual({ accepted: 2, acknowledged: 2 })
  })
})

describe('what a queue does not take', () => {
  it('is offered again, and nothing else', async () => {
    let left = 5
    queue.script = (texts) => {
      left -= 1
      return left < 0
        ? { failed: [] }
        : left === 4
          ? 500
          : { failed: texts.flatMap((_, at) => (at % 2 === 0 ? [at] : [])) }
    }
    // Each record fills a message, and all are alike: they are told apart by their place.
    const sink = sinkWith({ calls: 1 })
    await sink.accept(Array.from({ length: 8 }, () => record(2, 90_000)))
    await sink.flush()
    expect(queue.calls.map(({ length }) => length)).toEqual([8, 8, 4, 2, 1, 1])
    expect(sink.tally.get('even')).toEqual({ accepted: 8, acknowledged: 8 })
  })

  it('is given up at the deadline, with the reason, and every later call says so', async () => {
    queue.script = () => ({ failed: [0] })
    const sink = sinkWith({ deadlineMs: 200 })
    await sink.accept([record(1)])
    await expect(sink.flush()).rejects.toThrow(/did not take 1 messages within 200 ms: InternalError: not now/)
    await expect(sink.accept([record(2)])).rejects.toThrow(/did not take/)
    expect(sink.tally.get('odd')).toEqual({ accepted: 1, acknowledged: 0 })
  })

  it('is refused at once where the fault is ours', async () => {
    queue.script = () => ({ failed: [0], senderFault: true })
    const sink = sinkWith()
    await sink.accept([record(1)])
    await expect(sink.flush()).rejects.toThrow(Refusal)
    expect(queue.calls).toHaveLength(1)
  })

  it('holds `accept` back once as much is pending as may be', async () => {
    const held = Promise.withResolvers<void>()
    queue.script = () => (queue.calls.length === 1 ? 500 : { failed: [] })
    const sink = sinkWith({ pendingBytes: 1_000, deadlineMs: 5_000 })
    const accepted = sink.accept([record(1, 2_000)]).then(held.resolve)
    const first = await Promise.race([
      accepted.then(() => 'accepted'),
      new Promise((r) => setImmediate(() => r('held'))),
    ])
    expect(first).toBe('held')
    await accepted
    expect(sink.tally.get('odd')).toEqual({ accepted: 1, acknowledged: 1 })
  })

  it('is given up when the sink closes', async () => {
    queue.script = () => 503
    const sink = sinkWith()
    await sink.accept([record(1)])
    const flushed = expect(sink.flush()).rejects.toThrow('the sink was closed')
    await sink.close()
    await flushed
  })
})

describe('a message that is none of ours', () => {
  it.each([
    ['', 'it is no JSON'],
    ['[]', /expected object/],
    ['{"version":2,"records":[{"topic":"t","key":"k","value":""}]}', /^version: .*1/],
    ['{"version":1,"records":[]}', /^records: /],
    ['{"version":1,"records":[{"topic":"","key":"k","value":""}]}', /^records\.0\.topic: /],
    ['{"version":1,"records":[{"topic":"t","key":1,"value":""}]}', /^records\.0\.key: /],
    ['{"version":1,"records":[{"topic":"t","key":"k","value":"no base64!"}]}', /^records\.0\.value: .*base64/],
  ])('%s says why', (text, why) => {
    const read = recordsOf(text)
    expect('malformed' in read && read.malformed).toEqual(typeof why === 'string' ? why : expect.stringMatching(why))
  })
})
