import { defineEvent, type EventOf } from './define-event.ts'
import { atLeast, decimal, instant, positive, text } from './fields.ts'

export const dailyBar = defineEvent({
  name: 'daily_bar',
  version: 1,
  topic: 'market_snapshots_raw',
  wire: 'json',
  silver: { table: 'daily_bars', calendar: 'market' },
  doc: "A source told a day's trading in one share: one event per source, symbol and day.",
  origin: 'Daily price files of exchanges, and their history.',
  key: 'symbol',
  id: ['source', 'symbol', 'closed_at'],
  at: 'closed_at',
  fields: {
    source: text('Whose file it was.', { example: 'us-stocks-daily' }),
    symbol: text('Ticker of the share.', { example: 'AAPL' }),
    closed_at: instant('When the exchange closed that day: 16:00 in New York.'),
    open: positive(decimal('USD', 'First price of the day, unadjusted.', { example: '409.4' })),
    high: positive(decimal('USD', 'Highest price.', { example: '412.5' })),
    low: positive(decimal('USD', 'Lowest price.', { example: '409' })),
    close: positive(decimal('USD', 'Last price.', { example: '411.23' })),
    volume: atLeast(0, decimal('shares', 'Shares traded.', { example: '10793600' })),
  },
})
export type DailyBar = EventOf<typeof dailyBar>
