import type { AnyEvent, EventDefinition } from '#domain/events/define-event.ts'

/** What a feed yields: an event under its contract, and when it is to enter the platform. */
export interface Emission {
  /** When to emit it, on the feed's own clock, ms. */
  readonly at: number
  readonly definition: EventDefinition
  readonly event: AnyEvent
}
