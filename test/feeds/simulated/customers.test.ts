import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { type AnyEvent, idOf } from '#domain/events/define-event.ts'
import { parserOf, toJson } from '#domain/events/to-zod.ts'
import { monthOf, rowPrice } from '#feeds/simulated/customer/prices.ts'
import { monthsLater } from '#feeds/simulated/customer/subscription.ts'
import { seedOf } from '../../contracts/random.ts'
import { byUser, DAY, emissionsOf, eventOf, MINUTE, START, seedsFrom, tokenise } from './customer-events.ts'

const digestOf = (emissions: ReturnType<typeof emissionsOf>) => {
  const digest = createHash('sha256')
  for (const { at, event } of emissions) digest.update(`${at} ${JSON.stringify(toJson(event))}\n`)
  return digest.digest('hex')
}

test('the same settings give the events that they gave when this was written', () => {
  expect(digestOf(emissionsOf(7, {}, 10))).toBe('48e375ccf2869211ef8f35af6cb3bede9417637e5dd7d361c58861878bb3e488')
  expect(digestOf(emissionsOf(8, {}, 10))).not.toBe(digestOf(emissionsOf(7, {}, 10)))
})

test('another start gives no id, user or order of the first', () => {
  const namesOf = (start: number) =>
    new Set(
      emissionsOf(7, { start }, 40).flatMap(({ event }) => [
        String(event.idempotency_key),
        String(event.user_id),
        ...(event.order_id === undefined ? [] : [String(event.order_id)]),
      ]),
    )
  const first = namesOf(START)
  for (const later of [START + 1, START + DAY, START + 2 ** 32]) {
    expect([...namesOf(later)].filter((name) => first.has(name))).toEqual([])
  }
})

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** One run a seed, looked at by every test. */
const runs = seedsFrom(seedOf('customers'), 3).map((seed) => ({ seed, emissions: emissionsOf(seed) }))

test.each(runs)('seed $seed: every event is valid, in order, on time, and the only one of its id', ({ emissions }) => {
  const parsers = new Map<string, ReturnType<typeof parserOf>>()
  const ids = new Set<string>()
  const offending: AnyEvent[] = []
  let last = START
  for (const { at, definition, event } of emissions) {
    const parse = parsers.get(definition.name) ?? parserOf(definition, 'json')
    parsers.set(definition.name, parse)
    const isSound =
      isDeepStrictEqual(parse(toJson(event)), { event }) &&
      [event[definition.at], event.received_at].every((time) => time === at) &&
      at >= last &&
      UUID.test(String(event.idempotency_key))
    if (!isSound) offending.push(event)
    ids.add(idOf(definition, event))
    last = at
  }
  expect(offending).toEqual([])
  expect(ids.size).toBe(emissions.length)
  expect(parsers.size).toBe(5)
})

test.each(runs)('seed $seed: users sign up once and first, and do nothing after cancelling', ({ emissions }) => {
  for (const [user, events] of byUser(emissions)) {
    expect(events.map(({ type }) => type).lastIndexOf('user_signup'), user).toBe(0)
    const cancelled = events.findIndex((event) => event.type === 'plan_changed' && event.to_plan === 'cancelled')
    if (cancelled !== -1) expect(cancelled, user).toBe(events.length - 1)
  }
})

test.each(runs)(
  'seed $seed: a change is from the plan that held, and payments tell the plan that holds',
  ({ emissions }) => {
    for (const [user, events] of byUser(emissions)) {
      let held: string | undefined
      for (const event of events) {
        if (event.type === 'user_signup') held = event.plan
        if (event.type === 'purchase' || event.type === 'payment_failed') expect(event.plan, user).toBe(held)
        if (event.type !== 'plan_changed') continue
        expect(event.from_plan, user).toBe(held)
        expect(event.to_plan, user).not.toBe(held)
        held = event.to_plan
      }
    }
  },
)

test.each(runs)(
  'seed $seed: an order is paid at most once, last, and is the same order at each try',
  ({ emissions }) => {
    const payments = emissions
      .map(eventOf)
      .filter((event) => event.type === 'purchase' || event.type === 'payment_failed')
    let retried = 0
    for (const [order, tries] of Map.groupBy(payments, ({ order_id }) => order_id)) {
      expect(
        new Set(tries.map(({ user_id, item, amount, currency }) => [user_id, item, amount, currency].join())).size,
      ).toBe(1)
      const paid = tries.findIndex(({ type }) => type === 'purchase')
      if (paid !== -1) expect(paid, order).toBe(tries.length - 1)
      if (paid > 0) retried += 1
    }
    expect(retried).toBeGreaterThan(5)
  },
)

test.each(runs)('seed $seed: amounts are the prices of the item in the currency of the country', ({ emissions }) => {
  const countries = new Map<string, Set<string>>()
  const finest = new Set<bigint>()
  for (const [, events] of byUser(emissions)) {
    const [signup] = events
    for (const event of events) {
      if (event.type !== 'purchase' && event.type !== 'payment_failed') continue
      const { item, amount, currency } = event
      const country = signup?.type === 'user_signup' ? (signup.country ?? '') : ''
      countries.set(country, (countries.get(country) ?? new Set()).add(currency))
      if (item === 'archive-rows') {
        expect(amount % rowPrice(currency)).toBe(0n)
        finest.add(amount % 10n)
        continue
      }
      const [plan] = item.split('-')
      if (plan !== 'basic' && plan !== 'premium' && plan !== 'enterprise') throw new Error(`an unknown item: ${item}`)
      expect(amount).toBe(monthOf(plan, currency).amount)
    }
  }
  expect([...countries.values()].every((currencies) => currencies.size === 1)).toBe(true)
  expect(finest.size).toBeGreaterThan(1)
})

test.each(runs)('seed $seed: a plan is paid when it begins and then month by month, or lost', ({ emissions }) => {
  let renewals = 0
  for (const [user, events] of byUser(emissions)) {
    /** When the plan that holds began, and how many months are paid. */
    let months: { since: number; paid: number } | undefined
    for (const [i, event] of events.entries()) {
      if (event.type === 'purchase' && event.item.endsWith('-month')) {
        const upgrade = events.slice(i + 1, i + 3).find(({ type }) => type === 'plan_changed')
        if (upgrade !== undefined || months === undefined) {
          months = { since: event.purchased_at, paid: 1 }
          continue
        }
        expect(event.item, user).toBe(`${event.plan}-month`)
        const late = event.purchased_at - monthsLater(months.since, months.paid)
        expect(late, user).toBeGreaterThan(-MINUTE)
        expect(late, user).toBeLessThan(8 * DAY)
        months.paid += 1
        renewals += 1
      }
      if (event.type === 'plan_changed' && (event.to_plan === 'free' || event.to_plan === 'cancelled'))
        months = undefined
    }
    const end = START + 100 * DAY
    if (months !== undefined) expect(monthsLater(months.since, months.paid), user).toBeGreaterThan(end - 9 * DAY)
  }
  expect(renewals).toBeGreaterThan(50)
})

/** Within a visit: up to twenty minutes over a page, and what its last step takes. */
const LONGEST_PAUSE = 25 * MINUTE

test.each(runs)(
  'seed $seed: visits are sessions, on one device, that no pause of half an hour leaves in doubt',
  ({ emissions }) => {
    const sizes: number[] = []
    for (const [user, events] of byUser(emissions)) {
      // What the product does by itself comes from no address.
      const done = events.filter(({ ip_token }) => ip_token !== undefined)
      let size = 0
      for (const [i, event] of done.entries()) {
        const before = done[i - 1]
        const pause = before === undefined ? Number.POSITIVE_INFINITY : event.received_at - before.received_at
        expect(pause > LONGEST_PAUSE && pause < 45 * MINUTE, `${user} ${event.idempotency_key}`).toBe(false)
        if (pause <= LONGEST_PAUSE)
          expect([event.device, event.ip_token], user).toEqual([before?.device, before?.ip_token])
        else if (size > 0) sizes.push(size)
        size = pause <= LONGEST_PAUSE ? size + 1 : 1
      }
    }
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length
    expect(mean).toBeGreaterThan(4)
    expect(mean).toBeLessThan(12)
  },
)

test('addresses are nobody’s, every user’s own, and only their tokens travel', () => {
  const told = { email: new Set<string>(), ip: new Set<string>() }
  const tokens = new Set<string>()
  const emissions = emissionsOf(seedOf('customers, addresses'), {
    tokenise: (kind, value) => {
      told[kind].add(value)
      const token = tokenise(kind, value)
      tokens.add(token)
      return token
    },
  })
  expect(told.email.size).toBe(400)
  for (const email of told.email) expect(email).toMatch(/^[a-z0-9.-]+@example\.(com|net|org)$/)
  for (const ip of told.ip) {
    expect(isIP(ip), ip).not.toBe(0)
    expect(ip).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$|^2001:db8:/)
  }
  for (const { event } of emissions) {
    if (event.ip_token !== undefined) expect(tokens.has(String(event.ip_token))).toBe(true)
    if (event.type === 'user_signup') expect(tokens.has(String(event.email_token))).toBe(true)
    expect(JSON.stringify(toJson(event))).not.toMatch(/@|192\.0\.2|198\.51\.100|203\.0\.113|2001:db8/)
  }
})

test('a month later is the same day, or the last of a shorter month', () => {
  const later = (since: string, months: number) => new Date(monthsLater(Date.parse(since), months)).toISOString()
  expect(later('2026-01-31T10:00:00Z', 1)).toBe('2026-02-28T10:00:00.000Z')
  expect(later('2026-01-31T10:00:00Z', 2)).toBe('2026-03-31T10:00:00.000Z')
  expect(later('2026-12-15T23:59:59Z', 1)).toBe('2027-01-15T23:59:59.000Z')
})
