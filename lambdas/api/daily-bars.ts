import { z } from '@hono/zod-openapi'
import { formatDecimal, parseDecimal } from '#domain/decimal.ts'
import { dateLiteral, textLiteral } from '#domain/lake/literals.ts'
import { qualified } from '#domain/lake/names.ts'
import { type Statement, selectFreshness } from '#domain/lake/run-records.ts'
import { dayBefore, isoOfLakeTime } from '#domain/lake/times.ts'
import type { LakeRow } from '#domain/ports.ts'
import { unknown } from './problems.ts'
import type { Service } from './service.ts'
import { barFigures, Instant, iso } from './wire.ts'

const TABLE = 'gold.ohlc_daily'
/** Days of runs that are looked through for the last good one. */
const RUN_DAYS = 31
const MOST_SYMBOLS = 1_000

const Day = z.iso.date().openapi({ example: '2026-11-20' })

const DailyBarJson = z
  .strictObject({
    trade_date: Day.openapi({ description: 'The trade date, which closes at 17:00 in New York.' }),
    ...barFigures,
  })
  .openapi('DailyBar')

/** A symbol's daily bars, from the lake: no live figure is among them. */
export const DailyBarsJson = z
  .strictObject({
    symbol: z.string(),
    interval: z.literal('1d'),
    bars: z.array(DailyBarJson),
    refreshed: z
      .strictObject({
        table: z.string(),
        newest_date: Day.nullable().openapi({ description: 'The newest trade date that a good run refreshed.' }),
        run: z.string().nullable().openapi({ description: 'The last good run; null where none is recorded.' }),
        refreshed_at: Instant.nullable().openapi({ description: 'When it ended.' }),
      })
      .openapi({ description: 'How fresh the bars are.' }),
    read_at: Instant.openapi({ description: 'When the lake was asked: an answer serves for 30 s.' }),
  })
  .openapi('DailyBars')

export interface DailyAsked {
  readonly symbol: string
  /** Trade dates, both included. @default no bound */
  readonly from?: string | undefined
  readonly to?: string | undefined
  /** At most so many, the newest. */
  readonly limit: number
}

/** Reads daily bars, oldest first. @throws Problem 404 where the symbol has none at all, 503 where the lake is silent */
export async function dailyBars(
  { lake, stage, now }: Service,
  asked: DailyAsked,
): Promise<z.infer<typeof DailyBarsJson>> {
  const [{ rows, askedAt }, refreshed] = await Promise.all([
    lake('the daily bars', selectBars(stage, asked)),
    lake("the tables' freshness", selectFreshness(stage, dayBefore(now(), RUN_DAYS))),
  ])
  if (rows.length === 0) {
    const known = (await lake('the symbols', selectSymbols(stage))).rows.map(({ symbol }) => symbol ?? '')
    if (!known.includes(asked.symbol)) throw unknown('daily bar of', asked.symbol, known)
  }
  const run = refreshed.rows.find(({ table_name }) => table_name === TABLE)
  return {
    symbol: asked.symbol,
    interval: '1d',
    bars: rows.map(barOf).reverse(),
    refreshed: {
      table: TABLE,
      newest_date: run?.newest_date || null,
      run: run?.run || null,
      refreshed_at: isoOfLakeTime(run?.refreshed_at) ?? null,
    },
    read_at: iso(askedAt),
  }
}

function selectBars(stage: string, { symbol, from, to, limit }: DailyAsked): Statement {
  const bounds = [
    ...(from === undefined ? [] : [`\n  and trade_date >= ${dateLiteral(from)}`]),
    ...(to === undefined ? [] : [`\n  and trade_date <= ${dateLiteral(to)}`]),
  ]
  return {
    sql: `select trade_date, open_price, high_price, low_price, close_price, volume, notional, vwap, trades
from ${qualified(stage, TABLE)}
where symbol = ?${bounds.join('')}
order by trade_date desc
limit ${Math.trunc(limit)}`,
    parameters: [textLiteral(symbol)],
  }
}

const selectSymbols = (stage: string): Statement => ({
  sql: `select distinct symbol from ${qualified(stage, TABLE)} order by symbol limit ${MOST_SYMBOLS}`,
  parameters: [],
})

function barOf(row: LakeRow): z.infer<typeof DailyBarJson> {
  const exact = (name: string): string => {
    const value = parseDecimal(row[name] ?? '')
    if (value === undefined) throw new Error(`${TABLE} holds ${name} = ${row[name] ?? 'null'}, which is no decimal`)
    return formatDecimal(value)
  }
  return {
    trade_date: row.trade_date ?? '',
    open: exact('open_price'),
    high: exact('high_price'),
    low: exact('low_price'),
    close: exact('close_price'),
    volume: exact('volume'),
    notional: exact('notional'),
    vwap: exact('vwap'),
    trades: Number(row.trades),
  }
}
