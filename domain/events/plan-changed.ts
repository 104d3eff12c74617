import { customerFields, plans } from './customer.ts'
import { defineEvent, type EventOf } from './define-event.ts'
import { instant, oneOf } from './fields.ts'

export const planChanged = defineEvent({
  name: 'plan_changed',
  version: 1,
  topic: 'events_raw',
  wire: 'json',
  silver: { table: 'plan_changes', calendar: 'utc' },
  doc: 'A user moved to another plan, or left: one event per idempotency key.',
  origin: 'Products, by POST /events, and the simulated customers.',
  key: 'user_id',
  id: ['idempotency_key'],
  at: 'changed_at',
  fields: {
    ...customerFields,
    changed_at: instant('From when on the new plan holds.'),
    from_plan: oneOf([...plans, 'cancelled'], 'What held until then; cancelled where the user comes back.'),
    to_plan: oneOf([...plans, 'cancelled'], 'What holds now; cancelled where the user left.'),
  },
})
export type PlanChanged = EventOf<typeof planChanged>
