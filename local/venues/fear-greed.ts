import { z } from 'zod'
import { walkOf } from './prices.ts'
import type { Answer, Asked, Venue, World } from './venue.ts'

const DAY_MS = 86_400_000
const FIRST_DAY = Date.UTC(2018, 1, 1)

/** POST /fear-greed/value: what today's value is, from now on. */
const Setting = z.strictObject({ value: z.number().int().min(0).max(100) })

/** alternative.me's `/fng/`: a value a day, the newest first; with `limit=0` all days since the first. */
export function fearGreed({ seed, now, faults }: World): Venue {
  const set = new Map<number, number>()
  const valueOn = (day: number): number => set.get(day) ?? valueBySeed(seed, day)
  return {
    name: 'fear_greed',
    prefix: 'fear-greed',
    about: 'The Crypto Fear &amp; Greed Index (api.alternative.me): <code>/fng/</code>',
    problem: (status) => ({
      status,
      headers: { 'content-type': 'text/html' },
      body: `<html><h1>${status}</h1></html>`,
    }),
    handle: ({ method, path, query, body }: Asked): Answer => {
      const today = Math.floor(now() / DAY_MS) * DAY_MS
      if (method === 'POST' && path === '/value') {
        const { value } = Setting.parse(JSON.parse(body.toString()))
        set.set(today, value)
        return json(wordFor(value))
      }
      if (method !== 'GET' || !/^\/fng\/?$/.test(path)) return { status: 404, body: '' }
      const days = (today - FIRST_DAY) / DAY_MS + 1
      const limit = Number(query.get('limit') ?? 1)
      const count = limit === 0 ? days : Math.min(limit, days)
      const data = Array.from({ length: count }, (_, ago) => {
        const day = today - ago * DAY_MS
        const value = valueOn(day)
        return {
          value: String(value),
          value_classification: wordFor(value),
          timestamp: String(day / 1_000),
          ...(ago === 0 && { time_until_update: String(Math.ceil((today + DAY_MS - now()) / 1_000)) }),
        }
      })
      if (faults.take('fear_greed', ['venue_error'], path)) {
        return json({ name: NAME, data: [], metadata: { error: 'The index cannot be told.' } })
      }
      const [newest] = data
      if (newest && faults.take('fear_greed', ['duplicate'], path)) data.unshift({ ...newest })
      if (newest && faults.take('fear_greed', ['malformed_item'], path)) newest.value = 'n/a'
      const publishes = data.filter(({ value }) => value !== 'n/a').map(({ timestamp }) => timestamp)
      return { ...json({ name: NAME, data, metadata: { error: null } }), publishes }
    },
  }
}

const NAME = 'Fear and Greed Index'

const json = (value: unknown): Answer => ({
  headers: { 'content-type': 'application/json', 'cache-control': 'max-age=300' },
  body: `${JSON.stringify(value, undefined, '\t')}\n`,
})

/** The mood wanders a hundred times as slowly as prices, and a hundred times as far. */
const valueBySeed = (seed: number, day: number): number =>
  Math.round(100 / (1 + Math.exp(-20 * Math.log(walkOf(seed, 'mood', day / 20)))))

/** As the index words its values. */
function wordFor(value: number): string {
  if (value < 25) return 'Extreme Fear'
  if (value < 47) return 'Fear'
  if (value < 55) return 'Neutral'
  return value < 75 ? 'Greed' : 'Extreme Greed'
}
