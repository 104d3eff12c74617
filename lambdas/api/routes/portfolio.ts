import { z } from '@hono/zod-openapi'
import { formatDecimal } from '#domain/decimal.ts'
import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import { markToMarket } from '#domain/metrics/position.ts'
import { FreshnessJson, freshnessOf } from '../freshness.ts'
import { type LatestPrice, latestPrices } from '../market.ts'
import { nameInPath } from '../parameters.ts'
import { type Position, positionsOf } from '../positions.ts'
import { unknown } from '../problems.ts'
import { getRoute, newRoutes, type Service } from '../service.ts'
import { DecimalText, Instant, iso } from '../wire.ts'

const QUOTE = 'In quote currency.'
const figures = {
  cash: DecimalText.openapi({ description: 'Received by sales less paid for purchases, in quote currency.' }),
  realised: DecimalText.openapi({ description: 'PnL of the matched quantity at average prices, in quote currency.' }),
  fees: DecimalText.openapi({ description: QUOTE }),
  unrealised: DecimalText.nullable().openapi({
    description: 'What the newest price adds to realised, in quote currency; null where an open position has no price.',
  }),
  net: DecimalText.nullable().openapi({ description: 'Realised and unrealised less fees, in quote currency.' }),
  exposure: DecimalText.nullable().openapi({
    description: 'Quantity at the newest price, in quote currency; negative for a short position.',
  }),
}

const PositionJson = z
  .strictObject({
    symbol: z.string(),
    quantity: DecimalText.openapi({ description: 'Open quantity in base currency; negative when short.' }),
    ...figures,
    price: DecimalText.nullable().openapi({ description: 'The newest price; null where the symbol has none.' }),
    priced_at: Instant.nullable().openapi({ description: 'When that price was traded.' }),
    as_of: Instant.nullable().openapi({ description: 'When the newest fill counted was appended.' }),
  })
  .openapi('Position')

const portfolio = getRoute({
  path: '/portfolio/{account}',
  operationId: 'getPortfolio',
  tag: 'Portfolio',
  summary: "An account's positions, marked to the newest prices",
  description:
    'Two inputs, two times: `as_of` is that of the fills, `priced_at` that of the price. Where a symbol has no price, what depends on it is null, in the totals too, and `unpriced` names it.',
  request: {
    params: z.object({ account: nameInPath('account', 'Whose positions.', 'alpha') }),
    query: z.strictObject({}),
  },
  answer: z
    .strictObject({
      account: z.string(),
      positions: z.array(PositionJson),
      totals: z.strictObject({
        ...figures,
        exposure: DecimalText.nullable().openapi({ description: 'Gross: the sum of magnitudes, in quote currency.' }),
      }),
      unpriced: z.array(z.string()).openapi({ description: 'Symbols of open positions that have no price.' }),
      freshness: FreshnessJson,
    })
    .openapi('Portfolio'),
})

const accounts = getRoute({
  path: '/portfolio',
  operationId: 'listAccounts',
  tag: 'Portfolio',
  summary: 'Every account that has traded',
  description: 'In alphabetical order, with how many symbols it has traded and how many positions are open.',
  request: { query: z.strictObject({}) },
  answer: z
    .strictObject({
      accounts: z.array(z.strictObject({ account: z.string(), symbols: z.int(), open: z.int() })),
      freshness: FreshnessJson,
    })
    .openapi('Accounts'),
})

/** GET /portfolio and /portfolio/{account}. */
export function portfolioRoutes({ view }: Service) {
  return newRoutes()
    .openapi(accounts, async (c) => {
      const byAccount = Map.groupBy(await positionsOf(view), ({ account }) => account)
      const listed = [...byAccount].map(([account, held]) => ({
        account,
        symbols: held.length,
        open: held.filter(({ quantity }) => quantity !== 0n).length,
      }))
      return c.json({ accounts: listed, freshness: await freshnessOf(view, [fill.topic]) }, 200)
    })
    .openapi(portfolio, async (c) => {
      const { account } = c.req.valid('param')
      const held = await positionsOf(view, account)
      if (held.length === 0)
        throw unknown('account', account, [...new Set((await positionsOf(view)).map((one) => one.account))])
      const [prices, fills, freshness] = await Promise.all([
        latestPrices(view),
        freshnessOf(view, [fill.topic]),
        freshnessOf(view, [fill.topic, tick.topic]),
      ])
      const marked = held.map((one) => mark(one, prices.get(one.symbol)))
      const unpriced = marked.filter(({ net }) => net === null).map(({ symbol }) => symbol)
      return c.json(
        {
          account,
          positions: marked.map((one) => positionJson(one, fills.as_of)),
          totals: totalsOf(marked),
          unpriced,
          freshness,
        },
        200,
      )
    })
}

/** A position with its mark; nulls where it is open and its symbol has no price. */
type Marked = Omit<Position, 'account'> & {
  readonly price: LatestPrice | undefined
  readonly unrealised: bigint | null
  readonly net: bigint | null
  readonly exposure: bigint | null
}

function mark({ account: _, ...held }: Position, price: LatestPrice | undefined): Marked {
  // What is flat is worth nothing at any price.
  if (price === undefined && held.quantity !== 0n)
    return { ...held, price, unrealised: null, net: null, exposure: null }
  return { ...held, price, ...markToMarket(held, price?.price ?? 0n) }
}

const positionJson = (held: Marked, as_of: string | null): z.infer<typeof PositionJson> => ({
  symbol: held.symbol,
  quantity: formatDecimal(held.quantity),
  cash: formatDecimal(held.cash),
  realised: formatDecimal(held.realised),
  fees: formatDecimal(held.fees),
  unrealised: formatOrNull(held.unrealised),
  net: formatOrNull(held.net),
  exposure: formatOrNull(held.exposure),
  price: held.price === undefined ? null : formatDecimal(held.price.price),
  priced_at: held.price === undefined ? null : iso(held.price.traded_at),
  as_of,
})

const totalsOf = (held: readonly Marked[]) => ({
  cash: formatDecimal(held.reduce((total, { cash }) => total + cash, 0n)),
  realised: formatDecimal(held.reduce((total, { realised }) => total + realised, 0n)),
  fees: formatDecimal(held.reduce((total, { fees }) => total + fees, 0n)),
  unrealised: formatOrNull(sumOrNull(held.map(({ unrealised }) => unrealised))),
  net: formatOrNull(sumOrNull(held.map(({ net }) => net))),
  exposure: formatOrNull(sumOrNull(held.map(({ exposure: one }) => (one !== null && one < 0n ? -one : one)))),
})

const formatOrNull = (value: bigint | null): string | null => (value === null ? null : formatDecimal(value))

const sumOrNull = (values: readonly (bigint | null)[]): bigint | null =>
  values.reduce<bigint | null>((total, value) => (total === null || value === null ? null : total + value), 0n)
