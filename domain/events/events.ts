import type { EventDefinition } from './define-event.ts'
import { fill } from './fill.ts'
import { tick } from './tick.ts'

/** Every contract of the platform. To add an event: its file, and its line here. */
export const events: readonly EventDefinition[] = [tick, fill]

/** Topic names, each once, in the order of the registry. */
export const topics: readonly string[] = [...new Set(events.map(({ topic }) => topic))]

/** The contracts that travel on a topic. */
export const eventsOn = (topic: string): readonly EventDefinition[] => events.filter((event) => event.topic === topic)
