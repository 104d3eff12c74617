import { currencies, customerFields, plans } from './customer.ts'
import { defineEvent, type EventOf } from './define-event.ts'
import { decimal, instant, oneOf, positive, text } from './fields.ts'

export const paymentFailed = defineEvent({
  name: 'payment_failed',
  version: 1,
  topic: 'events_raw',
  wire: 'json',
  silver: { table: 'payment_failures', calendar: 'utc' },
  doc: 'A payment was tried and not taken: one event per idempotency key.',
  origin: 'Products, by POST /events, and the simulated customers.',
  key: 'user_id',
  id: ['idempotency_key'],
  at: 'failed_at',
  fields: {
    ...customerFields,
    failed_at: instant('When it was refused.'),
    order_id: text("The product's id of the order; a purchase of it has the same one.", { example: 'o-90211' }),
    item: text('What was to be bought.', { example: 'premium-month' }),
    plan: oneOf(plans, 'The plan that the user was on.'),
    amount: positive(decimal('the currency given', 'What was to be paid, tax included.', { example: '29.99' })),
    currency: oneOf(currencies, 'ISO 4217 code of what it was to be paid in.'),
    failure_reason: oneOf(
      ['card_declined', 'insufficient_funds', 'card_expired', 'fraud_suspected', 'processing_error', 'timeout'],
      'Why, as the payment provider says.',
    ),
  },
})
export type PaymentFailed = EventOf<typeof paymentFailed>
