import { describe, expect, it } from 'vitest'
import { tokeniserOf } from '#adapters/tokens/tokeniser.ts'
import { eventsOn } from '#domain/events/events.ts'
import { parserOf } from '#domain/events/to-zod.ts'
import type { OutgoingRecord } from '#domain/ports.ts'
import { createCollector } from '#lambdas/collector/app.ts'
import { MOST_BYTES, MOST_EVENTS } from '#lambdas/collector/limits.ts'

const NOW = Date.UTC(2026, 10, 20, 15)
const tokenise = tokeniserOf('k'.repeat(32))
const EMAIL = 'Ada@Example.com'
const IP = '203.0.113.7'

const signup = {
  type: 'user_signup',
  schema_version: 'v1',
  idempotency_key: 'key-1',
  user_id: 'u-1',
  device: 'mobile_ios_app',
  signed_up_at: NOW - 1_000,
  plan: 'free',
  email: EMAIL,
  ip: IP,
  channel: 'search',
}
const view = {
  type: 'page_view',
  schema_version: 'v1',
  idempotency_key: 'key-2',
  user_id: 'u-1',
  device: 'mobile_ios_app',
  viewed_at: NOW - 500,
  path: '/pricing',
}

/** A collector that hands over to a list, and all that it says and logs. */
function collector(broken?: 'key' | 'queue') {
  const records: OutgoingRecord[] = []
  const lines: string[] = []
  const tell = (message: string, extra: object) => lines.push(JSON.stringify({ message, ...extra }))
  const app = createCollector({
    tokeniser: () => (broken === 'key' ? Promise.reject(new Error('no key')) : Promise.resolve(tokenise)),
    handOver: async (some) => {
      if (broken === 'queue') throw new Error('no queue')
      records.push(...some)
    },
    now: () => NOW,
    log: { info: tell, error: tell },
  })
  const post = async (body: unknown, headers: Readonly<Record<string, string>> = {}, sourceIp?: string) => {
    const answer = await app.request(
      '/events',
      {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      },
      { requestContext: { requestId: 'r-1', ...(sourceIp && { identity: { sourceIp } }) } },
    )
    return { status: answer.status, headers: answer.headers, json: JSON.parse(await answer.text()) }
  }
  return { app, post, records, lines, events: () => records.map(({ value }) => JSON.parse(value.toString())) }
}

describe('an event', () => {
  it('travels as its contract says, with tokens in place of addresses and the time at which it came', async () => {
    const { post, records, events } = collector()
    const { status, json } = await post(signup)
    expect([status, json]).toEqual([
      202,
      {
        accepted: 1,
        duplicates: 0,
        rejected: 0,
        results: [{ index: 0, id: 'user_signup|key-1', status: 'accepted' }],
      },
    ])
    const { email: _, ip: __, ...own } = signup
    expect(events()).toEqual([
      { ...own, email_token: tokenise('email', 'ada@example.com'), ip_token: tokenise('ip', IP), received_at: NOW },
    ])
    expect(records[0]).toMatchObject({ topic: 'events_raw', key: 'u-1' })
  })

  it('has the address that it came from where it names none, and none where it says so', async () => {
    const { post, events } = collector()
    await post([view, { ...view, idempotency_key: 'key-3', ip: null }], {}, IP)
    expect(events().map(({ ip_token }) => ip_token)).toEqual([tokenise('ip', IP), undefined])
  })

  it('leaves no address anywhere: not in what travels, not in the log, not even where it stands in a wrong place', async () => {
    const { post, records, lines } = collector()
    await post([
      signup,
      { ...view, email: EMAIL, note: EMAIL },
      { ...view, user_id: EMAIL },
      { ...view, device: EMAIL },
      { ...view, path: `/users/${EMAIL}/edit` },
      { ...signup, email: `${EMAIL} ${IP}` },
    ])
    const told = [...lines, ...records.map(({ key, value }) => `${key} ${value}`)].join('\n')
    expect(told).not.toMatch(/example\.com|203\.0/i)
    expect(records).toHaveLength(2)
  })

  it('is accepted by whoever reads the topic, of each contract of customers', async () => {
    const more: Readonly<Record<string, object>> = {
      plan_changed: { changed_at: NOW, from_plan: 'free', to_plan: 'cancelled' },
      purchase: { purchased_at: NOW, order_id: 'o', item: 'x', plan: 'free', amount: '9.99', currency: 'EUR' },
      payment_failed: {
        ...{ failed_at: NOW, order_id: 'o', item: 'x', plan: 'free', amount: '9.99', currency: 'EUR' },
        failure_reason: 'timeout',
      },
    }
    const { type: _, viewed_at: __, path: ___, ...customer } = view
    const inputs = [signup, view, ...Object.entries(more).map(([type, own]) => ({ ...customer, type, ...own }))]
    const { post, events } = collector()
    expect((await post(inputs)).json).toMatchObject({ accepted: inputs.length, rejected: 0 })
    for (const definition of eventsOn('events_raw')) {
      const sent = events().find(({ type }) => type === definition.name)
      expect(parserOf(definition, 'json')(sent), definition.name).toHaveProperty('event')
    }
  })
})

describe('what is wrong with one event', () => {
  it.each([
    ['no object', 'x', 'event_wrong_type'],
    ['no type', { ...view, type: undefined }, 'type_unknown_choice'],
    ['an event of another kind', { ...view, type: 'tick' }, 'type_unknown_choice'],
    ['a token of its own', { ...view, ip_token: 'a'.repeat(64) }, 'ip_token_not_taken'],
    ['a time of its own', { ...view, received_at: NOW }, 'received_at_not_taken'],
    ['no key', { ...view, idempotency_key: undefined }, 'idempotency_key_missing'],
    ['no address where one is asked for', { ...signup, email: undefined }, 'email_missing'],
    ['an address that is none', { ...signup, email: 'ada' }, 'email_malformed'],
    ['an address that is no text', { ...signup, ip: 7 }, 'ip_wrong_type'],
    ['a field that the contract refuses', { ...view, device: 'abacus' }, 'device_unknown_choice'],
    ['a clock ahead by more than five minutes', { ...view, viewed_at: NOW + 300_001 }, 'viewed_at_in_future'],
    ['an address in place of an id', { ...view, user_id: 'a@b.org' }, 'user_id_personal'],
  ])('%s: it is rejected with a reason, and stops no other', async (_, bad, code) => {
    const { post, events } = collector()
    const { status, json } = await post([bad, view])
    expect([status, json.accepted, json.rejected]).toEqual([202, 1, 1])
    expect(json.results).toEqual([
      { index: 0, status: 'rejected', problem: { code, detail: expect.stringMatching(/^\S.*\.$/) } },
      { index: 1, id: 'page_view|key-2', status: 'accepted' },
    ])
    expect(events()).toHaveLength(1)
  })

  it('is not that it is late, five minutes ahead, or newer than we are: what we do not know is named', async () => {
    const { post, events } = collector()
    const { json } = await post([
      { ...view, viewed_at: Date.UTC(2021, 0) },
      { ...view, idempotency_key: 'key-3', viewed_at: NOW + 300_000, reffer: 'x', scroll_depth: 3 },
    ])
    expect(json.results[1]).toMatchObject({ status: 'accepted', ignored: ['reffer', 'scroll_depth'] })
    expect(Object.keys(events()[1])).not.toContain('scroll_depth')
  })

  it('is a duplicate where the request has it already, and the first one counts', async () => {
    const { post, events } = collector()
    const { json } = await post([view, { ...view, path: '/other' }, { ...signup, idempotency_key: 'key-2' }])
    expect(json.results.map(({ status }: { status: string }) => status)).toEqual(['accepted', 'duplicate', 'accepted'])
    expect(events().map(({ type, path }) => [type, path])).toEqual([
      ['page_view', '/pricing'],
      ['user_signup', undefined],
    ])
  })
})

describe('what is wrong with all of a request', () => {
  it.each([
    ['no JSON', '{', {}, 400, 'bad-body'],
    ['a text', '"x"', {}, 400, 'bad-body'],
    ['nothing', [], {}, 400, 'bad-body'],
    ['another type', view, { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
    ['compressed', view, { 'content-encoding': 'gzip' }, 415, 'unsupported-media-type'],
    ['too many', Array.from({ length: MOST_EVENTS + 1 }, () => 0), {}, 413, 'too-large'],
    ['too large', `"${'ü'.repeat(MOST_BYTES / 2)}"`, {}, 413, 'too-large'],
    ['none accepted', [{}, 1], {}, 422, 'nothing-accepted'],
  ])('%s: it is a problem, and nothing travels', async (_, body, headers, status, kind) => {
    const { post, records } = collector()
    const answer = await post(body, headers)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.json).toMatchObject({ type: `urn:lodestream:${kind}`, status, correlation_id: 'r-1' })
    expect(records).toEqual([])
  })

  it.each(['key', 'queue'] as const)('without a %s it is to be sent again', async (broken) => {
    const { post, lines } = collector(broken)
    const { status, headers, json } = await post(view)
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    expect(json.type).toBe('urn:lodestream:queue-unreachable')
    expect(lines).toHaveLength(1)
  })

  it('only POST is possible, and only at /events', async () => {
    const { app } = collector()
    expect((await app.request('/events')).headers.get('allow')).toBe('POST')
    expect((await app.request('/event', { method: 'POST' })).status).toBe(404)
  })
})
