import { type AnyEvent, idOf, timeOf } from '#domain/events/define-event.ts'
import { toJson } from '#domain/events/to-zod.ts'
import type { Tokenise } from '#domain/events/tokens.ts'
import type { OutgoingRecord } from '#domain/ports.ts'
import { Refusal } from '#domain/refusal.ts'
import { type Offer, offers, type PersonalField, STAMPED } from './offer.ts'

/** What became of one event of a request. */
export interface EventResult {
  /** Its place in the request, from 0. */
  readonly index: number
  /** Names the event for ever; absent where it is none. */
  readonly id?: string
  /** duplicate: the same request has it already, and the first one counts. */
  readonly status: 'accepted' | 'duplicate' | 'rejected'
  /** `code` for programs, `detail` for people. */
  readonly problem?: { readonly code: string; readonly detail: string }
  /** Fields that the contract does not have: left out, for a newer product may be ahead of us, and named, for it may be a slip. */
  readonly ignored?: readonly string[]
}

export interface Collected {
  readonly results: readonly EventResult[]
  /** The accepted ones, as they travel. */
  readonly records: readonly OutgoingRecord[]
}

/** What a request brings besides its events. */
export interface Arrival {
  readonly tokenise: Tokenise
  /** When it was received, ms. */
  readonly receivedAt: number
  /** Where it came from, for events that do not say themselves. @default nothing is known */
  readonly sourceIp?: string | undefined
}

/** How far a product's clock may be ahead of ours, ms. */
const AHEAD_MS = 5 * 60_000

/** Names of unknown fields that are told back. */
const MOST_IGNORED = 20

/** Judges each event by itself: what is wrong with one stops no other. */
export function collect(inputs: readonly unknown[], arrival: Arrival): Collected {
  const results: EventResult[] = []
  const records: OutgoingRecord[] = []
  const seen = new Set<string>()
  for (const [index, input] of inputs.entries()) {
    const judged = judge(input, arrival)
    if ('problem' in judged) {
      results.push({ index, status: 'rejected', ...judged })
      continue
    }
    const { id, ignored, record } = judged
    const isDuplicate = seen.has(id)
    results.push({ index, id, status: isDuplicate ? 'duplicate' : 'accepted', ...(ignored.length > 0 && { ignored }) })
    if (isDuplicate) continue
    seen.add(id)
    records.push(record)
  }
  return { results, records }
}

interface Rejection {
  readonly problem: { readonly code: string; readonly detail: string }
}

type Judged = Rejection | { readonly id: string; readonly ignored: readonly string[]; readonly record: OutgoingRecord }

const refused = (code: string, detail: string): Rejection => ({ problem: { code, detail } })

function judge(input: unknown, arrival: Arrival): Judged {
  if (!isObject(input)) return refused('event_wrong_type', 'An event is a JSON object.')
  const { type } = input
  const offer = typeof type === 'string' ? offers.get(type) : undefined
  if (offer === undefined)
    return refused('type_unknown_choice', `type has to be one of ${[...offers.keys()].join(', ')}.`)
  const { definition, fields, personal } = offer
  const stamped = [STAMPED, ...personal.map(({ token }) => token)].find((name) => input[name] !== undefined)
  if (stamped !== undefined) return refused(`${stamped}_not_taken`, `${stamped} is made here: leave it out.`)
  const made = tokensOf(input, personal, arrival)
  if ('problem' in made) return made
  const own = Object.fromEntries(fields.map((name) => [name, input[name]]))
  const parsed = offer.parse({ ...own, ...made.tokens, [STAMPED]: arrival.receivedAt })
  if ('refused' in parsed) return refused(parsed.refused.code, `${parsed.refused.reason}.`)
  const { event } = parsed
  const fault = personalText(event, offer) ?? fromTheFuture(event, offer)
  if (fault !== undefined) return fault
  const known = new Set(['type', ...fields, ...personal.map(({ raw }) => raw)])
  return {
    id: idOf(definition, event),
    ignored: Object.keys(input)
      .filter((name) => !known.has(name))
      .slice(0, MOST_IGNORED),
    record: {
      topic: definition.topic,
      key: String(event[definition.key]),
      value: Buffer.from(JSON.stringify(toJson(event))),
    },
  }
}

/** Tokens of the addresses that the event brings; of the one that it came from where it names none. Null is nobody's. */
function tokensOf(
  input: Readonly<Record<string, unknown>>,
  personal: readonly PersonalField[],
  { tokenise, sourceIp }: Arrival,
): { readonly tokens: Readonly<Record<string, string>> } | Rejection {
  const tokens: Record<string, string> = {}
  for (const { raw, token, isRequired } of personal) {
    const value = raw === 'ip' && input[raw] === undefined ? sourceIp : input[raw]
    if (value === undefined || value === null) {
      if (isRequired) return refused(`${raw}_missing`, `${raw} is missing.`)
      continue
    }
    if (typeof value !== 'string') return refused(`${raw}_wrong_type`, `${raw} has to be text.`)
    try {
      tokens[token] = tokenise(raw, value)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return refused(`${raw}_malformed`, error.message)
    }
  }
  return { tokens }
}

const EMAIL = /[^\s@/?&=:]+@[^\s@/?&=:]+\.[a-z]{2,}/i

/** An address in a free text would be in every table for ever. */
function personalText(event: AnyEvent, { texts }: Offer): Rejection | undefined {
  const name = texts.find((field) => EMAIL.test(String(event[field] ?? '')))
  if (name === undefined) return undefined
  return refused(`${name}_personal`, `${name} holds an email address: send an id of your own in its place.`)
}

function fromTheFuture(event: AnyEvent, { definition }: Offer): Rejection | undefined {
  const ahead = timeOf(definition, event) - event.received_at
  if (ahead <= AHEAD_MS) return undefined
  const minutes = Math.ceil(ahead / 60_000)
  return refused(
    `${definition.at}_in_future`,
    `${definition.at} is ${minutes} minutes ahead of our clock: it has to be milliseconds since 1970 in UTC.`,
  )
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
