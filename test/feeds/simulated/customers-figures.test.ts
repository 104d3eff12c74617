import { expect, test } from 'vitest'
import { devices } from '#domain/events/customer.ts'
import { simulateCustomers } from '#feeds/simulated/customers.ts'
import { seedOf } from '../../contracts/random.ts'
import { byUser, type CustomerEvent, DAY, emissionsOf, MINUTE, START, seedsFrom, tokenise } from './customer-events.ts'

/** One run a seed, looked at by every test. */
const runs = seedsFrom(seedOf('customers, figures'), 2).map((seed) => ({ seed, emissions: emissionsOf(seed) }))

test.each(runs)('seed $seed: active users, funnel, revenue and churn have something to show', ({ emissions }) => {
  const end = START + 100 * DAY
  const users = byUser(emissions)
  const usersWith = (is: (event: CustomerEvent) => boolean) =>
    [...users.values()].filter((events) => events.some(is)).length
  const viewed = (path: string) => usersWith((event) => event.type === 'page_view' && event.path === path)
  const buyers = usersWith(({ type }) => type === 'purchase')
  const funnel = [users.size, viewed('/pricing'), viewed('/checkout'), buyers]
  expect(funnel).toEqual(funnel.toSorted((a, b) => b - a))
  expect(new Set(funnel).size).toBe(4)
  expect(buyers).toBeGreaterThan(users.size / 10)

  const failed = emissions.filter(({ event }) => event.type === 'payment_failed').length
  const paid = emissions.filter(({ event }) => event.type === 'purchase').length
  expect(failed / (failed + paid)).toBeGreaterThan(0.05)
  expect(failed / (failed + paid)).toBeLessThan(0.3)

  const stayed = [...users.values()].filter((events) =>
    events.every((event) => event.type !== 'plan_changed' || event.to_plan !== 'cancelled'),
  )
  const silent = stayed.filter((events) => (events.at(-1)?.received_at ?? 0) < end - 7 * DAY).length
  expect(silent / stayed.length).toBeGreaterThan(0.2)
  expect(silent / stayed.length).toBeLessThan(0.9)

  const active = Map.groupBy(emissions, ({ at }) => Math.floor((at - START) / DAY))
  const activeOn = (day: number) => new Set(active.get(day)?.map(({ event }) => event.user_id)).size
  expect(activeOn(29)).toBeGreaterThan(1.5 * activeOn(2))
  expect(activeOn(99)).toBeLessThan(activeOn(29))
  expect(activeOn(99)).toBeGreaterThan(10)
})

test('every kind of device, currency, channel, failure and plan comes up', () => {
  const kinds = (field: string) =>
    new Set(
      runs.flatMap(({ emissions }) => emissions.map(({ event }) => event[field])).filter((kind) => kind !== undefined),
    )
  expect(kinds('device').size).toBe(devices.length)
  expect([...kinds('currency')].sort()).toEqual(['EUR', 'GBP', 'JPY', 'USD'])
  expect(kinds('channel').size).toBe(5)
  expect(kinds('failure_reason').size).toBe(6)
  expect([...kinds('to_plan')].sort()).toEqual(['basic', 'cancelled', 'enterprise', 'free', 'premium'])
})

test('some who cancelled come back under a new name and the same address; some of the silent return', () => {
  const users = byUser(emissionsOf(seedOf('customers, back'), { growth: { users: 600, over: 30 * DAY } }, 150))
  const accounts = Map.groupBy(users.values(), ([signup]) =>
    signup?.type === 'user_signup' ? signup.email_token : 'none',
  )
  const twice = [...accounts.values()].filter(({ length }) => length > 1)
  expect(accounts.size).toBe(600)
  expect(twice.length).toBeGreaterThan(3)
  for (const [first, second] of twice) {
    expect(first?.at(-1)).toMatchObject({ type: 'plan_changed', to_plan: 'cancelled' })
    expect((second?.[0]?.received_at ?? 0) - (first?.at(-1)?.received_at ?? 0)).toBeGreaterThan(19 * DAY)
  }
  const returned = [...users.values()].filter((events) =>
    events.some(({ received_at }, i) => received_at - (events[i - 1]?.received_at ?? received_at) > 25 * DAY),
  )
  expect(returned.length).toBeGreaterThan(3)
})

test('people come in the evening of their own clocks, not at night', () => {
  const hours = new Map<string, number[]>()
  for (const [, events] of byUser(emissionsOf(seedOf('customers, hours')))) {
    const [signup] = events
    const country = signup?.type === 'user_signup' ? (signup.country ?? '') : ''
    const byHour = hours.get(country) ?? Array.from({ length: 24 }, () => 0)
    for (const { received_at } of events) {
      const hour = new Date(received_at).getUTCHours()
      byHour[hour] = (byHour[hour] ?? 0) + 1
    }
    hours.set(country, byHour)
  }
  const at = (country: string, ...wanted: number[]) =>
    wanted.reduce((sum, hour) => sum + (hours.get(country)?.[hour] ?? 0), 0)
  expect(at('GB', 19, 20, 21)).toBeGreaterThan(4 * at('GB', 2, 3, 4))
  expect(at('JP', 10, 11, 12)).toBeGreaterThan(4 * at('JP', 17, 18, 19))
})

test('so many sign up over the span, from its beginning to its end, and then nobody new', () => {
  const signups = runs.map(({ emissions }) =>
    Map.groupBy(
      emissions.filter(({ event }) => event.type === 'user_signup'),
      ({ event }) => event.email_token,
    ),
  )
  for (const people of signups) {
    const times = [...people.values()].map(([first]) => (first?.at ?? 0) - START)
    expect(times.length).toBe(400)
    expect(Math.max(...times)).toBeLessThan(30 * DAY)
    expect(Math.max(...times)).toBeGreaterThan(29 * DAY)
    expect(times.filter((time) => time < 15 * DAY).length).toBe(200)
  }
})

test('a live rate is reached within minutes and held, whatever it is', () => {
  const seed = seedOf('customers, live')
  for (const eventsPerSecond of [5, 40]) {
    const counts: number[] = []
    for (const { at } of simulateCustomers({ seed, start: START, tokenise, growth: { eventsPerSecond } })) {
      const tenth = Math.floor((at - START) / (10 * MINUTE))
      if (tenth === 3) break
      counts[tenth] = (counts[tenth] ?? 0) + 1
    }
    const [ramp = 0, ...held] = counts.map((count) => count / (600 * eventsPerSecond))
    expect(ramp).toBeGreaterThan(0.4)
    for (const share of held) {
      expect(share).toBeGreaterThan(0.85)
      expect(share).toBeLessThan(1.15)
    }
  }
})

test('where nobody is left, the stream ends', () => {
  const emissions = [...simulateCustomers({ seed: 5, start: START, tokenise, growth: { users: 20, over: DAY } })]
  expect(new Set(emissions.map(({ event }) => event.user_id)).size).toBeGreaterThanOrEqual(20)
  expect([...simulateCustomers({ seed: 5, start: START, tokenise, growth: { users: 0, over: DAY } })]).toEqual([])
})
