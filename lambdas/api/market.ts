import { rollUp } from '#domain/metrics/bucket.ts'
import { PERIOD_MS, type ReadingOf } from '#domain/metrics/define-metric.ts'
import { latestPrice } from '#domain/metrics/latest-price.ts'
import { ohlc, ohlcHourly } from '#domain/metrics/ohlc.ts'
import type { HotView } from '#domain/ports.ts'
import { unknown } from './problems.ts'

export type LatestPrice = ReadingOf<typeof latestPrice>
export type Bar = ReadingOf<typeof ohlc>

/** Every symbol's newest trade, merged over the partitions, by symbol in alphabetical order. */
export async function latestPrices(view: HotView): Promise<ReadonlyMap<string, LatestPrice>> {
  const bySymbol = Map.groupBy(await view.readAll(latestPrice), ({ entity: [symbol = ''] }) => symbol)
  return new Map(
    [...bySymbol]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([symbol, buckets]) =>
        [...rollUp(latestPrice, buckets).values()].map((price) => [symbol, price] as const),
      ),
  )
}

/** The newest trade of a symbol. @throws Problem 404 where it has none, with the symbols most like it. */
export async function newestTrade(view: HotView, symbol: string): Promise<LatestPrice> {
  const [price] = rollUp(latestPrice, await view.read(latestPrice, [symbol], 0, 1)).values()
  if (price !== undefined) return price
  throw unknown('symbol', symbol, [...(await latestPrices(view)).keys()])
}

/**
 * Bars of a symbol, `from` inclusive, `to` exclusive, rolled up into intervals; oldest first. Whole hours come from the
 * hourly bars: the same figures from a sixtieth of the reads.
 */
export async function barsBetween(
  view: HotView,
  symbol: string,
  from: number,
  to: number,
  intervalMs: number,
): Promise<readonly (readonly [start: number, bar: Bar])[]> {
  const metric = intervalMs % PERIOD_MS.hour === 0 ? ohlcHourly : ohlc
  const buckets = await view.read(metric, [symbol], from, to)
  return [...rollUp(metric, buckets, intervalMs)].sort(([a], [b]) => a - b)
}
