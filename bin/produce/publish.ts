import { setTimeout as delay } from 'node:timers/promises'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import type { AnyEvent, EventDefinition } from '#domain/events/define-event.ts'
import type { EventSink, OutgoingRecord } from '#domain/ports.ts'
import type { Emission } from '#feeds/emission.ts'
import { type Clock, paced, type Speed } from '#feeds/pace.ts'

/** The machine's clock. */
export const realClock: Clock = {
  now: () => performance.now(),
  async wait(ms, stop) {
    try {
      await delay(ms, undefined, { signal: stop })
    } catch (error) {
      if (!stop.aborted) throw error
    }
  },
}

/**
 * Sends emissions as they fall due, until there are no more or `stop` aborts; resolves when all that was taken over is
 * acknowledged. @throws Refusal or the broker's error, once something could not be delivered.
 */
export async function publish(
  emissions: Iterable<Emission>,
  speed: Speed,
  sink: EventSink,
  stop: AbortSignal,
): Promise<void> {
  const toRecord = recordMaker()
  for await (const batch of paced(emissions, speed, realClock, stop)) await sink.accept(batch.map(toRecord))
  await sink.flush()
}

function recordMaker(): (emission: Emission) => OutgoingRecord {
  const encoders = new Map<EventDefinition, (event: AnyEvent) => Buffer>()
  return ({ definition, event }) => {
    const encode = encoders.get(definition) ?? encoderOf(definition)
    encoders.set(definition, encode)
    return { topic: definition.topic, key: String(event[definition.key]), value: encode(event) }
  }
}
