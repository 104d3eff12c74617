import { customerFields, plans } from './customer.ts'
import { defineEvent, type EventOf } from './define-event.ts'
import { instant, oneOf, optional, text, token } from './fields.ts'

export const userSignup = defineEvent({
  name: 'user_signup',
  version: 1,
  topic: 'events_raw',
  wire: 'json',
  silver: { table: 'user_signups', calendar: 'utc' },
  doc: 'Somebody became a user: one event per idempotency key.',
  origin: 'Products, by POST /events, and the simulated customers.',
  key: 'user_id',
  id: ['idempotency_key'],
  at: 'signed_up_at',
  fields: {
    ...customerFields,
    signed_up_at: instant('When the account was made.'),
    plan: oneOf(plans, 'What was chosen at first.'),
    email_token: token('Keyed hash of the email address, in small letters.'),
    country: optional(text('ISO 3166 code of two letters.', { most: 2, example: 'DE' })),
    channel: oneOf(['organic', 'search', 'social', 'referral', 'campaign'], 'What brought the user here.'),
  },
})
export type UserSignup = EventOf<typeof userSignup>
