import { expect, test } from 'vitest'
import { type AnyEvent, isLate, timeOf } from '#domain/events/define-event.ts'
import { enricherOf } from '#domain/events/enrich.ts'
import { events } from '#domain/events/events.ts'
import { sampleOf } from '#domain/events/samples.ts'
import { parserOf } from '#domain/events/to-zod.ts'
import { activeUsers } from '#domain/metrics/active-users.ts'
import type { Bucket } from '#domain/metrics/bucket.ts'
import { rollUp } from '#domain/metrics/bucket.ts'
import { customerActivity } from '#domain/metrics/customer-activity.ts'
import { byEventType, Fold } from '#domain/metrics/fold.ts'
import { funnel } from '#domain/metrics/funnel.ts'
import { groupAverage } from '#domain/metrics/group-average.ts'
import { paymentFailures } from '#domain/metrics/payment-failures.ts'
import { revenue } from '#domain/metrics/revenue.ts'
import { signUps } from '#domain/metrics/sign-ups.ts'
import { seeded, seedOf } from '../../contracts/random.ts'

const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 5, 9)
const ONE = 10n ** 8n

interface Happened {
  readonly event: AnyEvent
  readonly at: number
}

/** Six hundred events of customers and trades in three hours, a tenth of them late, of few users and symbols. */
function happened(random: () => number): readonly Happened[] {
  const chosen = events.filter(({ topic }) => topic === 'events_raw' || topic === 'market_data_raw')
  return Array.from({ length: 600 }, () => {
    const definition = chosen[Math.floor(random() * chosen.length)] ?? chosen[0]
    if (definition === undefined) throw new Error('there are contracts')
    const at = START + Math.floor(random() * 3 * HOUR)
    const few = { user_id: `u${Math.floor(random() * 25)}`, symbol: ['AAPL', 'LMT', 'NONE'][Math.floor(random() * 3)] }
    const received_at = at + (random() < 0.1 ? 300_001 : 300_000)
    const sample = { ...sampleOf(definition, random), ...few, [definition.at]: at, received_at }
    const parsed = parserOf(definition, 'json')(sample)
    if (!('event' in parsed)) throw new Error(parsed.refused.reason)
    return { event: enricherOf(definition)(parsed.event), at: timeOf(definition, parsed.event) }
  })
}

const metrics = [customerActivity, activeUsers, funnel, signUps, revenue, paymentFailures, groupAverage]

/** As three partitions hold them, each event in one of them. */
function bucketsOf(all: readonly Happened[]): readonly Bucket[] {
  const folds = [0, 1, 2].map(() => new Fold(byEventType(metrics)))
  for (const [i, { event, at }] of all.entries())
    folds[i % 3]?.add(event, at, { partition: i % 3, offset: BigInt(i) }, isLate(at, event.received_at))
  return folds.flatMap((fold) => [...fold.buckets.values()])
}

const random = seeded(seedOf('customer readings'))
const all = happened(random)
const buckets = bucketsOf(all)
const onTime = all.filter(({ event, at }) => event.received_at - at <= 300_000)
const hours = [0, 1, 2].map((n) => START + n * HOUR)

/** What happened on time in that hour, of one type, or of all that a user did. */
const within = (hour: number, type?: string): readonly AnyEvent[] =>
  onTime
    .filter(({ at }) => at >= hour && at < hour + HOUR)
    .map(({ event }) => event)
    .filter((event) => (type === undefined ? event.user_id !== undefined : event.type === type))
const users = (found: readonly AnyEvent[]): number => new Set(found.map(({ user_id }) => user_id)).size
/** Half away from zero, of what is not negative. */
const divided = (n: bigint, d: bigint): bigint => (2n * n + d) / (2n * d)
const total = (found: readonly AnyEvent[], field: string): bigint =>
  found.reduce((sum, event) => sum + BigInt(event[field] ?? 0), 0n)
const readingsOf = (metric: (typeof metrics)[number], entity: string, hour: number): unknown =>
  rollUp(
    metric,
    buckets.filter((bucket) => bucket.metric === metric.name && bucket.entity.join() === entity),
    HOUR,
  ).get(hour)

test('there is something of everything, late too', () => {
  expect(new Set(onTime.map(({ event }) => event.type)).size).toBe(6)
  expect(onTime.length).toBeLessThan(all.length)
})

test.each(hours)('the hour from %i comes to what its events say, counted one by one', (hour) => {
  const [failed, bought] = [within(hour, 'payment_failed'), within(hour, 'purchase')]
  const changes = within(hour, 'plan_changed')
  expect(readingsOf(customerActivity, '', hour)).toEqual({
    sign_ups: within(hour, 'user_signup').length,
    page_views: within(hour, 'page_view').length,
    purchases: bought.length,
    payment_failures: failed.length,
    plan_changes: changes.length,
    cancellations: changes.filter(({ to_plan }) => to_plan === 'cancelled').length,
    payment_failure_rate: divided(BigInt(failed.length) * ONE, BigInt(failed.length + bought.length)),
  })
  expect(readingsOf(activeUsers, '', hour)).toEqual({ users: users(within(hour)) })
  expect(readingsOf(funnel, '', hour)).toEqual({
    visited: users(within(hour, 'page_view')),
    signed_up: users(within(hour, 'user_signup')),
    tried_to_pay: users([...failed, ...bought]),
    paid: users(bought),
    paid_of_tried: divided(BigInt(users(bought)) * ONE, BigInt(users([...failed, ...bought]))),
  })
})

test.each(hours)('currencies, reasons, channels and groups of the hour from %i', (hour) => {
  for (const currency of ['USD', 'EUR', 'GBP', 'JPY']) {
    const paid = within(hour, 'purchase').filter((event) => event.currency === currency)
    const sum = total(paid, 'amount')
    const expected = { revenue: sum, purchases: paid.length, average: divided(sum, BigInt(paid.length || 1)) }
    expect(readingsOf(revenue, currency, hour)).toEqual(paid.length === 0 ? undefined : expected)
  }
  for (const reason of ['card_declined', 'timeout']) {
    const failed = within(hour, 'payment_failed').filter((event) => event.failure_reason === reason)
    const expected = { failures: failed.length, users: users(failed) }
    expect(readingsOf(paymentFailures, reason, hour)).toEqual(failed.length === 0 ? undefined : expected)
  }
  const searched = within(hour, 'user_signup').filter(({ channel }) => channel === 'search')
  expect(readingsOf(signUps, 'search', hour)).toEqual(
    searched.length === 0
      ? undefined
      : { users: searched.length, paying: searched.filter(({ plan }) => plan !== 'free').length },
  )
  for (const [group, symbol] of [
    ['Technology', 'AAPL'],
    ['Defense', 'LMT'],
  ] as const) {
    const ticks = within(hour, 'tick').filter((event) => event.symbol === symbol)
    const notional = ticks.reduce(
      (sum, { price, quantity }) => sum + divided(BigInt(price ?? 0) * BigInt(quantity ?? 0), ONE),
      0n,
    )
    expect(readingsOf(groupAverage, group, hour)).toEqual({
      average_price: divided(total(ticks, 'price'), BigInt(ticks.length)),
      vwap: divided(notional * ONE, total(ticks, 'quantity')),
      notional,
      trades: ticks.length,
    })
  }
})

test('a trade of a symbol without a group is in no group', () => {
  const groups = buckets.filter(({ metric }) => metric === 'group_average').map(({ entity }) => entity.join())
  expect(new Set(groups)).toEqual(new Set(['Technology', 'Defense']))
})
