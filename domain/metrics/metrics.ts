import { activeUsers } from './active-users.ts'
import { customerActivity } from './customer-activity.ts'
import type { Metric } from './define-metric.ts'
import { funnel } from './funnel.ts'
import { groupAverage } from './group-average.ts'
import { handledRecords } from './handled-records.ts'
import { latestDailyBar } from './latest-daily-bar.ts'
import { latestPrice } from './latest-price.ts'
import { latestSentiment } from './latest-sentiment.ts'
import { latestSnapshot } from './latest-snapshot.ts'
import { news, newsByPublisher } from './news.ts'
import { ohlc, ohlcHourly } from './ohlc.ts'
import { paymentFailures } from './payment-failures.ts'
import { position } from './position.ts'
import { revenue } from './revenue.ts'
import { signUps } from './sign-ups.ts'

/** Every hot metric. To add one: its file, and its line here. */
export const metrics: readonly Metric[] = [
  latestPrice,
  ohlc,
  ohlcHourly,
  groupAverage,
  position,
  latestSnapshot,
  latestDailyBar,
  latestSentiment,
  news,
  newsByPublisher,
  customerActivity,
  activeUsers,
  funnel,
  signUps,
  revenue,
  paymentFailures,
  handledRecords,
]

/** The metric of that name. */
export const metricNamed = (name: string): Metric | undefined => metrics.find((metric) => metric.name === name)
