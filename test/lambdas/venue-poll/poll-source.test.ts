import { beforeEach, describe, expect, it } from 'vitest'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { mapFearGreed } from '#feeds/fear-greed.ts'
import type { Question, Reply } from '#feeds/polling/ask.ts'
import { pollAll } from '#lambdas/venue-poll/poll-all.ts'
import { type Polling, pollSource, type Source } from '#lambdas/venue-poll/poll-source.ts'
import { RememberedObjects } from '#test/lambdas/refresh-planner/remembered-objects.ts'
import { RememberedSink } from './remembered-sink.ts'

const source: Source = {
  name: 'fear_greed',
  topic: 'sentiment_raw',
  question: { url: 'https://venue.example/fng/' },
  map: mapFearGreed,
  atDenial: 'is the key good?',
}
const DAY = 86_400
const first = Date.UTC(2026, 10, 20) / 1_000
const day = (at: number, value = '40') => ({ value, value_classification: 'Fear', timestamp: String(at) })
const answer = (...days: readonly unknown[]): Reply => ({
  kind: 'payload',
  text: JSON.stringify({ data: days, metadata: { error: null } }),
  version: { etag: `"${days.length}"` },
  receivedAt: now,
})
const idOfDay = (at: number) => `sentiment|alternative.me|crypto_fear_and_greed|${at}000`
const failed: Reply = { kind: 'failed', reason: 'it answers 500', status: 500, passing: true }

let now: number
let objects: RememberedObjects
let sink: RememberedSink
let asked: Question[]
let warned: string[]
let waited: number[]

beforeEach(() => {
  now = Date.UTC(2026, 10, 20, 12)
  objects = new RememberedObjects()
  sink = new RememberedSink()
  asked = []
  warned = []
  waited = []
})

/** Polling against a venue that gives these replies in turn, and then the last one again. */
function polling(...replies: readonly (Reply | (() => Reply))[]): Polling {
  const left = [...replies]
  return {
    ask: async (question) => {
      asked.push(question)
      const reply = left.length > 1 ? left.shift() : left[0]
      if (reply === undefined) throw new Error('the venue was asked against expectation')
      return typeof reply === 'function' ? reply() : reply
    },
    objects,
    prefix: 'feeds/',
    sink,
    encoderOf,
    warn: (message) => warned.push(message),
    now: () => now,
    pause: async (ms) => {
      waited.push(ms)
      now += ms
    },
    deadline: now + 60_000,
  }
}

describe('polling a source', () => {
  it('hands over what is new, and only that, and asks for what is newer', async () => {
    expect(await pollSource(source, polling(answer(day(first))))).toEqual({
      did: 'send',
      events: 1,
      refused: 0,
      known: 0,
      left_out: 0,
    })
    const next = answer(day(first + DAY), day(first))
    expect(await pollSource(source, polling(next))).toMatchObject({ events: 1, known: 1 })
    expect(asked.map(({ known }) => known)).toEqual([{}, { etag: '"1"' }])
    expect(await sink.landed()).toEqual({ ids: [idOfDay(first), idOfDay(first + DAY)], refused: [] })
    expect(sink.records.every(({ topic, key }) => topic === 'sentiment_raw' && key === 'alternative.me')).toBe(true)
  })

  it('sends nothing where nothing changed', async () => {
    await pollSource(source, polling(answer(day(first))))
    expect(await pollSource(source, polling({ kind: 'unchanged' }))).toEqual({ did: 'find_unchanged' })
    expect(sink.records).toHaveLength(1)
    expect(asked[1]?.known).toEqual({ etag: '"1"' })
  })

  it('sends what is told twice in an answer once', async () => {
    expect(await pollSource(source, polling(answer(day(first), day(first))))).toMatchObject({ events: 1, known: 1 })
  })

  it('remembers nothing of what could not be handed over', async () => {
    sink.failure = new Error('the queue is away')
    await expect(pollSource(source, polling(answer(day(first))))).rejects.toThrow('the queue is away')
    sink.failure = undefined
    expect(await pollSource(source, polling(answer(day(first))))).toMatchObject({ events: 1 })
    expect(asked[1]?.known).toEqual({})
  })

  it('sends an item that no contract accepts as a refusal, once', async () => {
    const bad = answer(day(first, 'n/a'), day(first - DAY))
    expect(await pollSource(source, polling(bad))).toMatchObject({ events: 1, refused: 1 })
    expect(await pollSource(source, polling(bad))).toMatchObject({ events: 0, refused: 0, known: 2 })
    expect((await sink.landed()).refused).toEqual(['contract value_wrong_type'])
    expect(warned).toEqual(['some of it is refused, and goes to quarantine'])
    const refusal = JSON.parse(sink.records.find(({ key }) => key === 'fear_greed')?.value.toString() ?? '')
    expect(refusal).toMatchObject({ source: 'fear_greed', received_at: now, reason: expect.stringContaining('n/a') })
  })

  it('fails where nothing can be read, every time, and quarantines it once; the version is asked for again', async () => {
    const broken: Reply = { kind: 'payload', text: '{"data":[{"val', version: { etag: '"x"' }, receivedAt: now }
    for (let run = 0; run < 2; run += 1)
      await expect(pollSource(source, polling(broken))).rejects.toThrow(/no JSON object.*quarantine/)
    expect((await sink.landed()).refused).toEqual(['decode payload_malformed'])
    expect(asked[1]?.known).toEqual({})
    const large: Reply = { kind: 'too_large', text: '[[[', receivedAt: now }
    await expect(pollSource(source, polling(large))).rejects.toThrow('more than is read')
    expect((await sink.landed()).refused).toContain('decode payload_too_large')
  })

  it('keeps its word where it is asked to wait, and says so once', async () => {
    const until = now + 90_000
    const refusal: Reply = { kind: 'not_yet', status: 429, waitMs: 90_000 }
    expect(await pollSource(source, polling(refusal))).toEqual({ did: 'wait', until })
    now = until - 1
    expect(await pollSource(source, polling())).toEqual({ did: 'wait', until })
    expect(asked).toHaveLength(1)
    expect(warned).toEqual(['it asks to be left alone'])
    now = until
    expect(await pollSource(source, polling(answer(day(first))))).toMatchObject({ events: 1 })
  })

  it('waits longer each time that it is not told how long, up to an hour, and fails after six', async () => {
    const refusal: Reply = { kind: 'not_yet', status: 429, waitMs: undefined }
    const began = now
    const waits: number[] = []
    for (;;) {
      const outcome = await pollSource(source, polling(refusal)).catch((error: Error) => error)
      if (outcome instanceof Error) {
        expect(outcome.message).toBe(
          `fear_greed has answered nothing but 429 since ${new Date(began).toISOString()}: ask it less often, or for a higher rate.`,
        )
        break
      }
      if (outcome.did !== 'wait') throw new Error(outcome.did)
      waits.push((outcome.until - now) / 60_000)
      now = outcome.until
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60])
    // An answer ends it.
    now += 3_600_000
    await pollSource(source, polling(answer(day(first))))
    expect(await pollSource(source, polling(refusal))).toEqual({ did: 'wait', until: now + 60_000 })
  })

  it('asks again where the fault may pass, after growing pauses, and no more than three times', async () => {
    expect(await pollSource(source, polling(failed, failed, answer(day(first))))).toMatchObject({ events: 1 })
    expect(waited).toHaveLength(2)
    expect(waited[0]).toBeLessThanOrEqual(500)
    expect(waited[1]).toBeLessThanOrEqual(1_000)
    await expect(pollSource(source, polling(failed))).rejects.toThrow(
      'fear_greed could not be asked: it answers 500 (3 attempts).',
    )
    expect(asked).toHaveLength(6)
  })

  it('begins no request after its time, nor again where it is denied', async () => {
    await expect(pollSource(source, { ...polling(failed), deadline: now })).rejects.toThrow('(1 attempt)')
    const denied: Reply = { kind: 'failed', reason: 'it answers 401', status: 401, passing: false }
    await expect(pollSource(source, polling(denied))).rejects.toThrow('it answers 401: is the key good?')
    expect(asked).toHaveLength(2)
  })

  it('keeps a wait that another run was asked for meanwhile', async () => {
    const until = now + 600_000
    const overtaken = () => {
      void objects.put('feeds/fear_greed.json', JSON.stringify({ not_before: until, refusals: 1, refused_since: now }))
      return answer(day(first))
    }
    await pollSource(source, polling(overtaken))
    expect(await pollSource(source, polling())).toEqual({ did: 'wait', until })
  })

  it('takes a state that cannot be read for none', async () => {
    await objects.put('feeds/fear_greed.json', 'not JSON')
    expect(await pollSource(source, polling(answer(day(first))))).toMatchObject({ events: 1 })
    expect(await pollSource(source, polling(answer(day(first))))).toMatchObject({ events: 0, known: 1 })
  })
})

describe('several feeds', () => {
  it('do not fail with one another', async () => {
    const feeds = ['rss/a', 'rss/b', 'rss/c'].map((name) => ({ ...source, name, question: { url: name } }))
    const told: string[] = []
    const some = (broken: readonly string[]): Polling => ({
      ...polling(),
      ask: async ({ url }) => (broken.includes(url) ? { ...failed, passing: false } : answer(day(first))),
    })
    await expect(pollAll(feeds, some(['rss/b']), ({ name }) => told.push(name))).rejects.toThrow(
      'rss/b could not be asked: it answers 500.',
    )
    expect(told.sort()).toEqual(['rss/a', 'rss/c'])
    expect(sink.records.length).toBeGreaterThan(0)
    await expect(pollAll(feeds, some(['rss/a', 'rss/c']), () => undefined)).rejects.toThrow(
      /^2 of 3 feeds could not be polled: rss\/. could not.*rss\/. could not/,
    )
  })
})
