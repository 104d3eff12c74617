import { currencies, customerFields, plans } from './customer.ts'
import { defineEvent, type EventOf } from './define-event.ts'
import { decimal, instant, oneOf, positive, text } from './fields.ts'

export const purchase = defineEvent({
  name: 'purchase',
  version: 1,
  topic: 'events_raw',
  wire: 'json',
  silver: { table: 'purchases', calendar: 'utc' },
  doc: 'A user paid: one event per idempotency key.',
  origin: 'Products, by POST /events, and the simulated customers.',
  key: 'user_id',
  id: ['idempotency_key'],
  at: 'purchased_at',
  fields: {
    ...customerFields,
    purchased_at: instant('When the payment was taken.'),
    order_id: text("The product's id of the order; a failed payment of it has the same one.", { example: 'o-90211' }),
    item: text('What was bought.', { example: 'premium-month' }),
    plan: oneOf(plans, 'The plan that the user was on.'),
    amount: positive(decimal('the currency given', 'What was paid, tax included.', { example: '29.99' })),
    currency: oneOf(currencies, 'ISO 4217 code of what it was paid in.'),
  },
})
export type Purchase = EventOf<typeof purchase>
