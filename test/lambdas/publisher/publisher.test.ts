import { describe, expect, it } from 'vitest'
import { messageText, recordText } from '#adapters/sqs/envelope.ts'
import type { EventSink, OutgoingRecord } from '#domain/ports.ts'
import { Publisher } from '#lambdas/publisher/publisher.ts'

/** A log in memory that does not acknowledge what one topic gets, once it is told to. */
class Log implements EventSink {
  readonly tally = new Map<string, { accepted: number; acknowledged: number }>()
  readonly appended: OutgoingRecord[]
  failing: string | undefined
  isClosed = false
  #failure: Error | undefined

  constructor(appended: OutgoingRecord[], failing?: string) {
    this.appended = appended
    this.failing = failing
  }

  async accept(records: readonly OutgoingRecord[]): Promise<void> {
    for (const record of records) {
      const tally = this.tally.get(record.topic) ?? { accepted: 0, acknowledged: 0 }
      tally.accepted += 1
      this.tally.set(record.topic, tally)
      if (record.topic === this.failing) this.#failure = new Error('the leader moved')
      else {
        tally.acknowledged += 1
        this.appended.push(record)
      }
    }
  }

  async flush(): Promise<void> {
    if (this.#failure) throw this.#failure
  }

  async close(): Promise<void> {
    this.isClosed = true
  }
}

const message = (id: string, ...topics: readonly string[]) => ({
  id,
  body: messageText(topics.map((topic) => recordText({ topic, key: id, value: Buffer.from(id) }))),
})
const keysOf = (records: readonly OutgoingRecord[]) => records.map(({ topic, key }) => `${topic}/${key}`)

function publisher(failing: readonly (string | undefined)[] = []) {
  const appended: OutgoingRecord[] = []
  const opened: Log[] = []
  const open = async () => {
    const log = new Log(appended, failing[opened.length])
    opened.push(log)
    return log
  }
  return { publisher: new Publisher(open, ['a', 'b']), appended, opened }
}

describe('a delivery', () => {
  it('is done where the log has all of it, and the log stays open for the next one', async () => {
    const { publisher: it, appended, opened } = publisher()
    expect(await it.publish([message('1', 'a', 'b'), message('2', 'a')], 1_000)).toEqual([])
    expect(await it.publish([message('3', 'b')], 1_000)).toEqual([])
    expect(keysOf(appended)).toEqual(['a/1', 'b/1', 'a/2', 'b/3'])
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([false])
  })

  it('comes again where the log lacks something of a message, and the log is opened anew', async () => {
    const { publisher: it, appended, opened } = publisher(['b'])
    const deliver = () => it.publish([message('1', 'a'), message('2', 'a', 'b'), message('3', 'b')], 1_000)
    const fault = { fault: 'not appended', reason: 'the leader moved' }
    expect(await deliver()).toEqual([
      { id: '2', ...fault },
      { id: '3', ...fault },
    ])
    expect(await deliver()).toEqual([])
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([true, false])
    expect(keysOf(appended).filter((key) => key.startsWith('b/'))).toEqual(['b/2', 'b/3'])
  })

  it('comes again where the log does not open, or says nothing for too long', async () => {
    const errors: (() => Promise<EventSink>)[] = [
      () => Promise.reject(new Error('no broker')),
      () => new Promise<never>(() => undefined),
    ]
    const it = new Publisher(() => errors.shift()?.() ?? Promise.resolve(new Log([])), ['a'])
    expect(await it.publish([message('1', 'a')], 50)).toEqual([{ id: '1', fault: 'not appended', reason: 'no broker' }])
    expect(await it.publish([message('1', 'a')], 50)).toEqual([
      { id: '1', fault: 'not appended', reason: 'the log did not acknowledge within 50 ms' },
    ])
    expect(await it.publish([message('1', 'a')], 50)).toEqual([])
  })
})

describe('a message that is none of ours', () => {
  it('fails, with a reason, and holds nobody up; nor is any part of it appended', async () => {
    const { publisher: it, appended } = publisher()
    const bodies = [{ id: 'x', body: 'hello' }, message('y', 'a', 'elsewhere'), message('1', 'a')]
    expect(await it.publish(bodies, 1_000)).toEqual([
      { id: 'x', fault: 'malformed', reason: 'it is no JSON' },
      { id: 'y', fault: 'malformed', reason: 'there is no topic elsewhere' },
    ])
    expect(keysOf(appended)).toEqual(['a/1'])
  })
})
