import { rollUp } from '#domain/metrics/bucket.ts'
import { PERIOD_MS, periodStart } from '#domain/metrics/define-metric.ts'
import { ohlcHourly } from '#domain/metrics/ohlc.ts'
import type { HotView } from '#domain/ports.ts'
import type { Bar } from './market.ts'

const DAY_MS = PERIOD_MS.day

/** A symbol's last 24 hours: one bar over them, and where it begins. */
export interface DayBar {
  readonly since: number
  readonly bar: Bar
}

/**
 * The bar of each symbol's last 24 clock hours, up to and with the hour of its newest trade.
 * @param newest when each symbol last traded, ms. @returns without those of whose time no bar is kept any more.
 */
export async function dayBars(
  view: HotView,
  newest: Iterable<readonly [symbol: string, tradedAt: number]>,
): Promise<ReadonlyMap<string, DayBar>> {
  const sinceOf = (tradedAt: number) => periodStart('hour', tradedAt) + PERIOD_MS.hour - DAY_MS
  const windows = Map.groupBy(newest, ([, tradedAt]) => sinceOf(tradedAt))
  const days = await Promise.all(
    [...windows].map(async ([since, symbols]) => {
      const buckets = await view.readAll(ohlcHourly, { from: since, to: since + DAY_MS })
      const bySymbol = Map.groupBy(buckets, ({ entity: [symbol = ''] }) => symbol)
      return symbols.flatMap(([symbol]) => {
        // All of them in one interval, whatever the hour of day at which it begins.
        const hours = (bySymbol.get(symbol) ?? []).map((bucket) => ({ ...bucket, start: 0 }))
        return [...rollUp(ohlcHourly, hours, DAY_MS).values()].map((bar) => [symbol, { since, bar }] as const)
      })
    }),
  )
  return new Map(days.flat())
}
