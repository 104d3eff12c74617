import { z } from '@hono/zod-openapi'
import { formatDecimal } from '#domain/decimal.ts'
import { LATE_AFTER_MS } from '#domain/events/define-event.ts'
import { tick } from '#domain/events/tick.ts'
import { PERIOD_MS } from '#domain/metrics/define-metric.ts'
import { DailyBarsJson, dailyBars } from '../daily-bars.ts'
import { FreshnessJson, freshnessOf } from '../freshness.ts'
import { type Bar, barsBetween, newestTrade } from '../market.ts'
import {
  badParameter,
  boundInQuery,
  dayInQuery,
  INTERVALS,
  KEPT_MINUTES,
  nameInPath,
  wholeNumber,
} from '../parameters.ts'
import { getRoute, newRoutes, type Service } from '../service.ts'
import { barFigures, Instant, iso } from '../wire.ts'

const BarJson = z
  .strictObject({
    start_at: Instant.openapi({ description: 'Start of the interval.' }),
    ...barFigures,
    provisional: z.boolean().openapi({
      description:
        'Whether it can still change: a trade counts until five minutes after it happened, so a bar is final once its symbol has traded five minutes after its end.',
    }),
  })
  .openapi('Bar')

const route = getRoute({
  path: '/ohlc/{symbol}',
  operationId: 'getBars',
  tag: 'Prices',
  summary: "A symbol's bars, oldest first",
  description:
    'Rolled up on read from minute and hour bars. The window ends with the newest trade of the symbol, whenever that was, so that recorded days are shown too. They are kept for 26 hours, which bounds every window: 26 bars of 1h, 104 of 15m, 312 of 5m. Intervals without a trade have no bar. Bars of `1d` are the trade dates of `gold.ohlc_daily`, which close at 17:00 in New York; they are exact and final as of their last refresh, as far back as the lake reaches, and say so under `refreshed` in place of `freshness`.',
  request: {
    params: z.object({ symbol: nameInPath('symbol', "The venue's own symbol.", 'BTCUSDT') }),
    query: z.strictObject({
      interval: z.enum(['1m', '5m', '15m', '1h', '1d']).default('1m').openapi({ description: 'Length of a bar.' }),
      limit: wholeNumber('At most so many intervals, the newest.', 1, KEPT_MINUTES, 120),
      from: dayInQuery('Of `1d`: the first trade date.'),
      to: boundInQuery('Only intervals that begin before this time; of `1d`, the last trade date.'),
    }),
  },
  answer: z.union([
    z
      .strictObject({
        symbol: z.string(),
        interval: z.enum(['1m', '5m', '15m', '1h']),
        bars: z.array(BarJson),
        freshness: FreshnessJson,
      })
      .openapi('Bars'),
    DailyBarsJson,
  ]),
})

/** GET /ohlc/{symbol}. */
export function ohlcRoutes(service: Service) {
  const { view } = service
  return newRoutes().openapi(route, async (c) => {
    const { symbol } = c.req.valid('param')
    const { interval, limit, from: first, to: bound } = c.req.valid('query')
    if (interval === '1d') {
      if (bound?.includes('T')) throw badParameter('to', 'has to be a day such as 2026-11-20, because interval is 1d')
      return c.json(await dailyBars(service, { symbol, from: first, to: bound, limit }), 200)
    }
    if (first !== undefined) throw badParameter('from', 'is a parameter of interval 1d alone')
    if (bound?.includes('T') === false) throw badParameter('to', 'has to be a time such as 2026-01-05T12:00:00.000Z')
    const to = bound === undefined ? undefined : Date.parse(bound)
    const { traded_at } = await newestTrade(view, symbol)
    const length = INTERVALS[interval]
    const end = Math.ceil(Math.min(to ?? traded_at + 1, traded_at + 1) / length) * length
    const from = end - Math.min(limit * length, KEPT_MINUTES * PERIOD_MS.minute)
    const [bars, freshness] = await Promise.all([
      barsBetween(view, symbol, from, end, length),
      freshnessOf(view, [tick.topic]),
    ])
    const settled = traded_at - LATE_AFTER_MS
    return c.json(
      {
        symbol,
        interval,
        bars: bars.map(([start, bar]) => barJson(start, bar, start + length > settled)),
        freshness,
      },
      200,
    )
  })
}

const barJson = (start: number, bar: Bar, provisional: boolean): z.infer<typeof BarJson> => ({
  start_at: iso(start),
  open: formatDecimal(bar.open),
  high: formatDecimal(bar.high),
  low: formatDecimal(bar.low),
  close: formatDecimal(bar.close),
  volume: formatDecimal(bar.volume),
  notional: formatDecimal(bar.notional),
  vwap: formatDecimal(bar.vwap),
  trades: bar.trades,
  provisional,
})
