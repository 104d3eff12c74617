import type { AnyEvent, EventDefinition } from './define-event.ts'

/**
 * Makes what completes a contract's events where they are decoded: it adds the fields that are looked up, to the event
 * given, which nobody else holds yet. @returns that event
 */
export function enricherOf({ fields }: EventDefinition): (event: AnyEvent) => AnyEvent {
  const lookups = Object.entries(fields).flatMap(([name, { lookup }]) =>
    lookup === undefined ? [] : [{ name, ...lookup }],
  )
  return (event) => {
    for (const { name, by, in: table } of lookups) {
      const found = table.get(String(event[by]))
      if (found !== undefined) Object.assign(event, { [name]: found })
    }
    return event
  }
}
