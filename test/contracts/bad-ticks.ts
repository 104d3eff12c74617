import { type EncoderFor, encoderOf } from '#adapters/avro/encode-events.ts'
import type { AnyEvent, EventDefinition } from '#domain/events/define-event.ts'
import { sampleOf } from '#domain/events/samples.ts'
import { tick } from '#domain/events/tick.ts'
import { parserOf } from '#domain/events/to-zod.ts'
import { type BadWay, badWaysOf } from '#feeds/faults/bad-ways.ts'

/** A record that no contract accepts, with the stage and code that it is rejected with. */
export interface BadTick extends Pick<BadWay, 'how' | 'stage' | 'code'> {
  readonly value: Buffer
}

/** A valid event of that contract, with what is to be different; the change itself is not validated. */
export function validEvent(
  definition: EventDefinition,
  random: () => number,
  change: Partial<AnyEvent> = {},
): AnyEvent {
  const parsed = parserOf(definition, 'json')(sampleOf(definition, random))
  if (!('event' in parsed)) throw new Error(parsed.refused.reason)
  const event: Record<string, AnyEvent[string]> = { ...parsed.event, ...change }
  return { ...event, type: definition.name, received_at: parsed.event.received_at }
}

/**
 * Ten ways of being bad on the topic of ticks, each with a code of its own: those of the wire, and two breaches.
 * @param encoderFor what writes them. @default with derived schema ids
 */
export function badTicks(random: () => number, encoderFor: EncoderFor = encoderOf): readonly BadTick[] {
  const breaches = ['price negative', 'traded_at in seconds']
  return badWaysOf(tick, encoderFor)
    .filter(({ how, stage }) => stage === 'decode' || breaches.includes(how))
    .map(({ how, stage, code, spoil }) => ({ how, stage, code, value: spoil(validEvent(tick, random)) }))
}
