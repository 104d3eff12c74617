import { z } from '@hono/zod-openapi'
import { formatDecimal } from '#domain/decimal.ts'
import { tick } from '#domain/events/tick.ts'
import { PERIOD_MS, periodStart } from '#domain/metrics/define-metric.ts'
import { type DayBar, dayBars } from '../day-figures.ts'
import { FreshnessJson, freshnessOf } from '../freshness.ts'
import { barsBetween, latestPrices, newestTrade } from '../market.ts'
import { KEPT_MINUTES, nameInPath, wholeNumber } from '../parameters.ts'
import { getRoute, newRoutes, type Service } from '../service.ts'
import { DecimalText, Instant, iso, percentOf } from '../wire.ts'

const Day = z
  .strictObject({
    since: Instant.openapi({
      description: 'Where the 24 hours begin: on the hour, 23 hours before that of the newest trade.',
    }),
    open: DecimalText,
    high: DecimalText,
    low: DecimalText,
    change: DecimalText.openapi({ description: 'The newest price less the open.' }),
    change_percent: DecimalText.openapi({
      description: 'The same, in per cent of the open, two decimals.',
      example: '-1.25',
    }),
    volume: DecimalText.openapi({ description: 'In base currency.' }),
    notional: DecimalText.openapi({ description: 'In quote currency.' }),
    trades: z.int(),
  })
  .openapi('Day')

const board = getRoute({
  path: '/prices/latest',
  operationId: 'getPriceBoard',
  tag: 'Prices',
  summary: "The price board: every symbol's newest trade and its last 24 hours",
  description:
    'One row a symbol, in alphabetical order. `day` covers 24 clock hours, up to and with the hour of the newest trade; it is null where bars of that time are kept no more.',
  request: { query: z.strictObject({}) },
  answer: z
    .strictObject({
      prices: z.array(
        z.strictObject({
          symbol: z.string(),
          price: DecimalText,
          quantity: DecimalText.openapi({ description: 'Size of the newest trade, in base currency.' }),
          traded_at: Instant,
          day: Day.nullable(),
        }),
      ),
      freshness: FreshnessJson,
    })
    .openapi('PriceBoard'),
})

const points = getRoute({
  path: '/prices/{symbol}',
  operationId: 'getPricePoints',
  tag: 'Prices',
  summary: "A symbol's price over time: the closes of its minute bars, newest last",
  description:
    'The window ends with the newest trade of the symbol, whenever that was; minutes without a trade have no point.',
  request: {
    params: z.object({ symbol: nameInPath('symbol', "The venue's own symbol.", 'BTCUSDT') }),
    query: z.strictObject({
      limit: wholeNumber('At most so many points, the newest.', 1, KEPT_MINUTES, 60),
      hours: wholeNumber('How far back the window reaches, hours.', 1, KEPT_MINUTES / 60, 1),
    }),
  },
  answer: z
    .strictObject({
      symbol: z.string(),
      points: z.array(
        z.strictObject({ start_at: Instant.openapi({ description: 'Start of the minute.' }), price: DecimalText }),
      ),
      freshness: FreshnessJson,
    })
    .openapi('PricePoints'),
})

/** GET /prices/latest and /prices/{symbol}. */
export function priceRoutes({ view }: Service) {
  return newRoutes()
    .openapi(board, async (c) => {
      const latest = await latestPrices(view)
      const days = await dayBars(
        view,
        [...latest].map(([symbol, { traded_at }]) => [symbol, traded_at] as const),
      )
      const prices = []
      for (const [symbol, { price, quantity, traded_at }] of latest) {
        const day = days.get(symbol)
        prices.push({
          symbol,
          price: formatDecimal(price),
          quantity: formatDecimal(quantity),
          traded_at: iso(traded_at),
          day: day === undefined ? null : dayJson(day, price),
        })
      }
      return c.json({ prices, freshness: await freshnessOf(view, [tick.topic]) }, 200)
    })
    .openapi(points, async (c) => {
      const { symbol } = c.req.valid('param')
      const { limit, hours } = c.req.valid('query')
      const { traded_at } = await newestTrade(view, symbol)
      const to = periodStart('minute', traded_at) + PERIOD_MS.minute
      const bars = await barsBetween(view, symbol, to - hours * PERIOD_MS.hour, to, PERIOD_MS.minute)
      const shown = bars
        .slice(-limit)
        .map(([start, { close }]) => ({ start_at: iso(start), price: formatDecimal(close) }))
      return c.json({ symbol, points: shown, freshness: await freshnessOf(view, [tick.topic]) }, 200)
    })
}

function dayJson({ since, bar }: DayBar, price: bigint): z.infer<typeof Day> {
  const change = price - bar.open
  return {
    since: iso(since),
    open: formatDecimal(bar.open),
    high: formatDecimal(bar.high),
    low: formatDecimal(bar.low),
    change: formatDecimal(change),
    change_percent: percentOf(change, bar.open),
    volume: formatDecimal(bar.volume),
    notional: formatDecimal(bar.notional),
    trades: bar.trades,
  }
}
