import type { Metric } from './define-metric.ts'
import { handledRecords } from './handled-records.ts'
import { latestPrice } from './latest-price.ts'
import { ohlc, ohlcHourly } from './ohlc.ts'
import { position } from './position.ts'

/** Every hot metric. To add one: its file, and its line here. */
export const metrics: readonly Metric[] = [latestPrice, ohlc, ohlcHourly, position, handledRecords]

/** The metric of that name. */
export const metricNamed = (name: string): Metric | undefined => metrics.find((metric) => metric.name === name)
