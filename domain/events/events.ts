import { dailyBar } from './daily-bar.ts'
import type { EventDefinition } from './define-event.ts'
import { fill } from './fill.ts'
import { marketSnapshot } from './market-snapshot.ts'
import { newsItem } from './news-item.ts'
import { pageView } from './page-view.ts'
import { paymentFailed } from './payment-failed.ts'
import { planChanged } from './plan-changed.ts'
import { purchase } from './purchase.ts'
import { sentiment } from './sentiment.ts'
import { tick } from './tick.ts'
import { userSignup } from './user-signup.ts'

/** Every contract of the platform. To add an event: its file, and its line here. */
export const events: readonly EventDefinition[] = [
  tick,
  fill,
  marketSnapshot,
  dailyBar,
  sentiment,
  newsItem,
  userSignup,
  planChanged,
  pageView,
  purchase,
  paymentFailed,
]

/** Topic names, each once, in the order of the registry. */
export const topics: readonly string[] = [...new Set(events.map(({ topic }) => topic))]

/** The contracts that travel on a topic. */
export const eventsOn = (topic: string): readonly EventDefinition[] => events.filter((event) => event.topic === topic)
