import { beforeAll, expect, test } from 'vitest'
import { dailyBar } from '#domain/events/daily-bar.ts'
import { type AnyEvent, type EventDefinition, timeOf } from '#domain/events/define-event.ts'
import { topics } from '#domain/events/events.ts'
import { marketSnapshot } from '#domain/events/market-snapshot.ts'
import { newsItem } from '#domain/events/news-item.ts'
import { pageView } from '#domain/events/page-view.ts'
import { paymentFailed } from '#domain/events/payment-failed.ts'
import { planChanged } from '#domain/events/plan-changed.ts'
import { purchase } from '#domain/events/purchase.ts'
import { sentiment } from '#domain/events/sentiment.ts'
import { tick } from '#domain/events/tick.ts'
import { exampleEventOf } from '#domain/events/to-docs.ts'
import { parserOf } from '#domain/events/to-zod.ts'
import { userSignup } from '#domain/events/user-signup.ts'
import { metrics } from '#domain/metrics/metrics.ts'
import { InMemoryHotStore } from '../../contracts/in-memory-hot-store.ts'
import { Deliveries, tickOf } from './market.ts'
import { getFrom, listIn, NOON } from './small-market.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const at = (after: number) => new Date(NOON + after).toISOString()

let ids = 0
/** The contract's example, changed so; received as it happened, unless the change says when. */
function eventOf(definition: EventDefinition, change: Readonly<Record<string, unknown>>): AnyEvent {
  ids += 1
  const named = Object.fromEntries(
    ['idempotency_key', 'item_id'].filter((name) => name in definition.fields).map((name) => [name, `id-${ids}`]),
  )
  const json: Readonly<Record<string, unknown>> = { ...exampleEventOf(definition), ...named, ...change }
  return parsed(definition, { ...json, received_at: change.received_at ?? json[definition.at] })
}

const store = new InMemoryHotStore(new Map(topics.map((topic) => [topic, 2])))
const get = getFrom(store)
const readings = async (path: string) => listIn(await get(`/live/${path}`), 'readings')

beforeAll(async () => {
  const market = new Deliveries(store)
  const deliver = (
    definition: EventDefinition,
    partition: number,
    changes: readonly Readonly<Record<string, unknown>>[],
  ) =>
    market.deliver(
      definition,
      partition,
      changes
        .map((change) => eventOf(definition, change))
        .toSorted((a, b) => timeOf(definition, a) - timeOf(definition, b)),
    )

  // An hour late, as a source that sums up now and then is; the newer summary does not know the market cap.
  const { market_cap, ...unknown } = exampleEventOf(marketSnapshot)
  await deliver(marketSnapshot, 0, [{ observed_at: NOON - HOUR, received_at: NOON, price: '10', market_cap: '500' }])
  await market.deliver(marketSnapshot, 1, [
    parsed(marketSnapshot, { ...unknown, observed_at: NOON - 1, received_at: NOON, price: '11' }),
  ])
  await deliver(dailyBar, 0, [
    { closed_at: NOON - 48 * HOUR, received_at: NOON, close: '7' },
    { closed_at: NOON - 24 * HOUR, received_at: NOON, close: '9' },
  ])
  await deliver(sentiment, 0, [
    { measured_at: NOON - 12 * HOUR, received_at: NOON, value: 77, classification: 'greed' },
  ])
  const twice = { item_id: 'the same', published_at: NOON - 2 * HOUR, received_at: NOON, publisher: 'The Post' }
  await deliver(newsItem, 0, [
    twice,
    twice,
    { published_at: NOON - 2 * HOUR, received_at: NOON + 1, publisher: 'CoinDesk' },
  ])
  await market.deliver(tick, 0, [tickOf('NVDA', NOON - 1, '10', '3'), tickOf('IBM', NOON - 1, '40', '1')])
  await market.deliver(tick, 1, [tickOf('AAPL', NOON - 1, '100', '1'), tickOf('NONE', NOON - 1, '7')])

  const user = (user_id: string, before: number, time: string) => ({ user_id, [time]: NOON - before })
  await deliver(userSignup, 0, [user('u1', 20 * MINUTE, 'signed_up_at'), user('u2', 5 * MINUTE, 'signed_up_at')])
  await deliver(pageView, 0, [
    user('u1', 19 * MINUTE, 'viewed_at'),
    user('u1', 18 * MINUTE, 'viewed_at'),
    user('u3', 4 * MINUTE, 'viewed_at'),
    { ...user('u4', 3 * MINUTE, 'viewed_at'), received_at: NOON + 3 * MINUTE },
  ])
  await deliver(paymentFailed, 1, [{ ...user('u1', 17 * MINUTE, 'failed_at'), failure_reason: 'card_expired' }])
  await deliver(purchase, 1, [
    { ...user('u1', 16 * MINUTE, 'purchased_at'), amount: '10.01', currency: 'EUR' },
    { ...user('u3', 2 * MINUTE, 'purchased_at'), amount: '5', currency: 'EUR' },
    { ...user('u3', 2 * MINUTE, 'purchased_at'), amount: '7', currency: 'USD' },
  ])
  await deliver(planChanged, 0, [{ ...user('u1', MINUTE, 'changed_at'), from_plan: 'premium', to_plan: 'cancelled' }])
})

function parsed(definition: EventDefinition, json: object): AnyEvent {
  const result = parserOf(definition, 'json')(json)
  if (!('event' in result)) throw new Error(result.refused.reason)
  return result.event
}

test.each([
  [
    'latest_snapshot/BTC,bitcoin',
    { price: '11', market_cap: '500', market_cap_rank: 1, change_24h: '-1.32', observed_at: at(-1) },
  ],
  ['latest_daily_bar/AAPL,us-stocks-daily', { close: '9', closed_at: at(-24 * HOUR) }],
  [
    'latest_sentiment/alternative.me,crypto_fear_and_greed',
    { value: 77, classification: 'greed', measured_at: at(-12 * HOUR) },
  ],
  [`news/all?to=${at(-HOUR)}`, { items: 2, naming_assets: 2, publishers: 2 }],
  [`news_by_publisher/CoinDesk?to=${at(-HOUR)}`, { items: 1 }],
  // (10 + 40 + 100) / 3, and (10×3 + 40×1 + 100×1) / 5.
  ['group_average/Technology', { average_price: '50', vwap: '34', notional: '170', trades: 3 }],
  [
    'customer_activity/all',
    {
      ...{ sign_ups: 2, page_views: 3, purchases: 3, payment_failures: 1, plan_changes: 1, cancellations: 1 },
      payment_failure_rate: '0.25',
    },
  ],
  ['active_users/all?interval=1h', { users: 3 }],
  ['funnel/all?interval=1h', { visited: 2, signed_up: 2, tried_to_pay: 2, paid: 2, paid_of_tried: '1' }],
  ['sign_ups/organic', { users: 2, paying: 0 }],
  ['revenue/EUR', { revenue: '15.01', purchases: 2, average: '7.505' }],
  ['payment_failures/card_expired', { failures: 1, users: 1 }],
])('%s', async (path, reading) => {
  expect(await readings(path)).toMatchObject([{ reading }])
})

test('users of several minutes are counted once in an hour, and in each of the minutes', async () => {
  const minutes = await readings('active_users/all?limit=30')
  expect(minutes.map(({ start_at, reading }) => [start_at, reading])).toEqual(
    [20, 19, 18, 17, 16, 5, 4, 2, 1].map((before) => [at(-before * MINUTE), { users: 1 }]),
  )
})

test('what is late of customers is left to the cold path, and what is late by nature counts', async () => {
  const [late] = await readings('handled_records/events_raw,late')
  expect(late).toMatchObject({ reading: 1 })
  const [counted] = await readings('handled_records/news_raw,counted_late')
  expect(counted).toMatchObject({ reading: 2 })
  const [again] = await readings('handled_records/news_raw,duplicate')
  expect(again).toMatchObject({ reading: 1 })
})

test('an entity that has nothing is answered with those that have', async () => {
  for (const [path, known] of [
    ['revenue/GBP', ['EUR', 'USD']],
    ['latest_sentiment/alternative.me,none', ['alternative.me,crypto_fear_and_greed']],
    ['group_average/Defense', ['Technology']],
  ] as const)
    expect(JSON.stringify(await get(`/live/${path}`)), path).toSatisfy((text: string) =>
      known.every((one) => text.includes(one)),
    )
})

test('every metric is listed, with the topics that it follows fresh', async () => {
  const listed = listIn(await get('/live'), 'metrics')
  expect(listed).toHaveLength(metrics.length + 2)
})
