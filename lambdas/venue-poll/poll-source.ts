import { hash } from 'node:crypto'
import { type AnyEvent, type EventDefinition, idOf } from '#domain/events/define-event.ts'
import { refusalText } from '#domain/events/refusal-record.ts'
import { pauseOf } from '#domain/pause.ts'
import type { ConditionalObjects, EventSink, OutgoingRecord } from '#domain/ports.ts'
import type { Question, Reply } from '#feeds/polling/ask.ts'
import { type MapPayload, type Mapped, type RefusedItem, refusedPayload } from '#feeds/venue-payload.ts'
import { RememberedPoll } from './poll-state.ts'

/** A source that is asked for what is new. */
export interface Source {
  /** Names its state, its refusals and its troubles: `coingecko`, `rss/coindesk`. */
  readonly name: string
  /** Where its events go, and its refusals. */
  readonly topic: string
  readonly question: Question
  readonly map: MapPayload
  /** What to do where the venue takes us for nobody, answering 401 or 403: ends a sentence. */
  readonly atDenial: string
}

/** What polling asks of the outside. */
export interface Polling {
  readonly ask: (question: Question) => Promise<Reply>
  readonly objects: ConditionalObjects
  /** Of the names of their states. */
  readonly prefix: string
  readonly sink: EventSink
  readonly encoderOf: (definition: EventDefinition) => (event: AnyEvent) => Buffer
  readonly warn: (message: string, fields: Readonly<Record<string, unknown>>) => void
  /** Wall clock, ms. */
  readonly now: () => number
  readonly pause: (ms: number) => Promise<void>
  /** No request begins after it, ms. */
  readonly deadline: number
}

/** What a run of one source did. */
export type Outcome =
  /** It asked to be left alone until then, ms: now, or in an earlier run. */
  | { readonly did: 'wait'; readonly until: number }
  | { readonly did: 'find_unchanged' }
  | {
      readonly did: 'send'
      readonly events: number
      /** Sent as refusals, to be quarantined. */
      readonly refused: number
      /** Sent by an earlier run, and so not again. */
      readonly known: number
      /** Told of nothing, by the venue's own rules. */
      readonly left_out: number
    }

/** Requests of one run. */
const ATTEMPTS = 3
/** The pause before the second request, ms, at most; it doubles up to the longest. */
const PAUSES = { base: 500, cap: 5_000 }

/** How long a source is left alone that does not say how long: doubled with each refusal, up to the longest. */
const WAIT_MS = 60_000
const LONGEST_WAIT_MS = 3_600_000
/** A source that answers nothing but refusals so long is lost, though nothing has failed. */
const MOST_REFUSED_MS = 6 * 3_600_000

/**
 * Asks a source for what is new, and hands it over: events, and refusals for what is none. What an earlier run sent is
 * left out where it is remembered; what is sent twice after all is one event by its id.
 * @throws Error in one sentence where the source could not be asked, within its attempts, or nothing of its answer could
 * be read: then the answer is in quarantine; whatever sink or state throw
 */
export async function pollSource(source: Source, polling: Polling): Promise<Outcome> {
  const { objects, prefix, now } = polling
  const poll = await RememberedPoll.read(objects, `${prefix}${source.name}.json`)
  const { etag, last_modified, not_before = 0 } = poll.state
  if (now() < not_before) return { did: 'wait', until: not_before }
  const known = { ...(etag !== undefined && { etag }), ...(last_modified !== undefined && { last_modified }) }
  const reply = await askPatiently({ ...source.question, known }, polling)
  switch (reply.kind) {
    case 'unchanged':
      if (poll.state.refusals > 0) await poll.answered(known, [])
      return { did: 'find_unchanged' }
    case 'payload': {
      const mapped = source.map(reply.text, reply.receivedAt)
      // What cannot be read may have come to harm on its way: the same version is asked for again.
      return handOver(source, mapped, mapped.isUnreadable ? {} : reply.version, reply.receivedAt, poll, polling)
    }
    case 'too_large': {
      const mapped = refusedPayload(
        'payload_too_large',
        `${source.name} sent more than is read of an answer`,
        reply.text,
      )
      return handOver(source, mapped, {}, reply.receivedAt, poll, polling)
    }
    case 'not_yet':
      return leaveAlone(source, reply, poll, polling)
    case 'failed': {
      const isDenied = reply.status === 401 || reply.status === 403
      throw new Error(`${source.name} could not be asked: ${reply.reason}${isDenied ? `: ${source.atDenial}` : ''}.`)
    }
    default:
      throw new Error(`${JSON.stringify(reply satisfies never)} is no reply`)
  }
}

/** Asks until there is an answer, or none is to be had within the attempts and the time. */
async function askPatiently(question: Question, { ask, pause, now, deadline }: Polling): Promise<Reply> {
  for (let attempt = 1; ; attempt += 1) {
    const reply = await ask(question)
    if (reply.kind !== 'failed' || !reply.passing) return reply
    const wait = pauseOf(attempt - 1, PAUSES, Math.random)
    if (attempt === ATTEMPTS || now() + wait > deadline) {
      return { ...reply, reason: `${reply.reason} (${attempt} ${attempt === 1 ? 'attempt' : 'attempts'})` }
    }
    await pause(wait)
  }
}

async function handOver(
  { name, topic }: Source,
  { emissions, refused, leftOut, isUnreadable }: Mapped,
  version: { readonly etag?: string; readonly last_modified?: string },
  receivedAt: number,
  poll: RememberedPoll,
  { sink, encoderOf, warn }: Polling,
): Promise<Outcome> {
  const sentBefore = new Set(poll.state.sent)
  const outgoing = new Map<string, { readonly record: OutgoingRecord; readonly refusal?: RefusedItem }>()
  for (const { definition, event } of emissions) {
    const key = String(event[definition.key])
    const value = encoderOf(definition)(event)
    outgoing.set(fingerprintOf(idOf(definition, event)), { record: { topic: definition.topic, key, value } })
  }
  for (const refusal of refused) {
    const value = Buffer.from(refusalText({ ...refusal, source: name, received_at: receivedAt }))
    outgoing.set(fingerprintOf(`${refusal.code} ${refusal.original}`), { record: { topic, key: name, value }, refusal })
  }
  const news = [...outgoing].filter(([fingerprint]) => !sentBefore.has(fingerprint))
  if (news.length > 0) {
    await sink.accept(news.map(([, { record }]) => record))
    await sink.flush()
  }
  await poll.answered(version, [...outgoing.keys()])
  const refusals = news.flatMap(([, { refusal }]) => refusal ?? [])
  const [first] = isUnreadable ? refused : refusals
  if (isUnreadable) throw new Error(`${first?.reason ?? name}. Its beginning is in quarantine.`)
  if (first !== undefined) {
    warn('some of it is refused, and goes to quarantine', {
      source: name,
      refused: refusals.length,
      first: first.reason,
    })
  }
  return {
    did: 'send',
    events: news.length - refusals.length,
    refused: refusals.length,
    known: emissions.length + refused.length - news.length,
    left_out: leftOut,
  }
}

async function leaveAlone(
  { name }: Source,
  { status, waitMs }: Extract<Reply, { kind: 'not_yet' }>,
  poll: RememberedPoll,
  { now, warn }: Polling,
): Promise<Outcome> {
  const at = now()
  const until = at + (waitMs ?? Math.min(LONGEST_WAIT_MS, WAIT_MS * 2 ** poll.state.refusals))
  await poll.refused(at, until)
  const { refused_since = at, not_before = until } = poll.state
  if (at - refused_since > MOST_REFUSED_MS) {
    const since = new Date(refused_since).toISOString()
    throw new Error(
      `${name} has answered nothing but ${status} since ${since}: ask it less often, or for a higher rate.`,
    )
  }
  warn('it asks to be left alone', { source: name, status, until: new Date(not_before).toISOString() })
  return { did: 'wait', until: not_before }
}

const fingerprintOf = (text: string): string => hash('sha256', text).slice(0, 16)
