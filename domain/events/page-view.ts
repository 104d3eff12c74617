import { customerFields } from './customer.ts'
import { defineEvent, type EventOf } from './define-event.ts'
import { instant, optional, text } from './fields.ts'

export const pageView = defineEvent({
  name: 'page_view',
  version: 1,
  topic: 'events_raw',
  wire: 'json',
  silver: { table: 'page_views', calendar: 'utc' },
  doc: 'A user looked at a page: one event per idempotency key.',
  origin: 'Products, by POST /events, and the simulated customers.',
  key: 'user_id',
  id: ['idempotency_key'],
  at: 'viewed_at',
  fields: {
    ...customerFields,
    viewed_at: instant('When the page was opened.'),
    path: text('Path of the page, without its query.', { most: 1024, example: '/pricing' }),
    referrer: optional(
      text('Where the user came from, without its query.', { most: 1024, example: 'https://search.example/' }),
    ),
  },
})
export type PageView = EventOf<typeof pageView>
