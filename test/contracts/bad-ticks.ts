import { encoderOf } from '#adapters/avro/encode-events.ts'
import { header, schemaIdOf } from '#adapters/avro/frame.ts'
import type { AnyEvent, EventDefinition } from '#domain/events/define-event.ts'
import { fill } from '#domain/events/fill.ts'
import { sampleOf } from '#domain/events/samples.ts'
import { tick } from '#domain/events/tick.ts'
import { toAvro } from '#domain/events/to-avro.ts'
import { parserOf } from '#domain/events/to-zod.ts'

/** A record that no contract accepts, with the stage and code that it is rejected with. */
export interface BadTick {
  readonly how: string
  readonly value: Buffer
  readonly stage: 'decode' | 'contract'
  readonly code: string
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

/** Ten ways of being bad on the topic of ticks. */
export function badTicks(random: () => number): readonly BadTick[] {
  const encodeTick = encoderOf(tick)
  const good = encodeTick(validEvent(tick, random))
  const id = schemaIdOf(toAvro(tick))
  const unknownId = id.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
  const decode = (how: string, value: Buffer, code: string): BadTick => ({ how, value, stage: 'decode', code })
  const contract = (how: string, change: Partial<AnyEvent>, code: string): BadTick => ({
    how,
    value: encodeTick(validEvent(tick, random, change)),
    stage: 'contract',
    code,
  })
  return [
    decode('no value', Buffer.alloc(0), 'empty'),
    decode('no frame', Buffer.from('BTCUSDT,39432.48'), 'no_frame'),
    decode('a compressed body', Buffer.concat([Buffer.of(3, 5), good.subarray(2)]), 'compressed'),
    decode('a schema that nobody knows', Buffer.concat([header(unknownId), good.subarray(18)]), 'unknown_schema'),
    decode('a body cut short', good.subarray(0, good.length - 3), 'truncated'),
    decode('a body with something behind it', Buffer.concat([good, Buffer.of(1)]), 'trailing_bytes'),
    decode('an event of another topic', encoderOf(fill)(validEvent(fill, random)), 'foreign_event'),
    decode('JSON that ends early', Buffer.from('{"type":"tick"'), 'malformed'),
    contract('a price of minus three', { price: -300_000_000n }, 'price_not_positive'),
    contract('a time in seconds', { traded_at: 1_767_616_650 }, 'traded_at_out_of_range'),
  ]
}
