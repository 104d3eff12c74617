import { expect, test } from 'vitest'
import { decodeRecords } from '#adapters/avro/decode-records.ts'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { fieldsOf } from '#domain/events/define-event.ts'
import { events } from '#domain/events/events.ts'
import type { Kind } from '#domain/events/fields.ts'
import { badWaysOf } from '#feeds/faults/bad-ways.ts'
import { badTicks, validEvent } from '#test/contracts/bad-ticks.ts'
import { seeded, seedOf } from '#test/contracts/random.ts'

const seed = seedOf('bad ways')

test.each(events)('every bad $name is refused with the stage and code that its way names', async (definition) => {
  const random = seeded(seed)
  const ways = badWaysOf(definition, encoderOf)
  const records = ways.map(({ spoil }, i) => ({
    topic: definition.topic,
    partition: 0,
    offset: BigInt(i),
    appendedAt: 0,
    value: spoil(validEvent(definition, random)),
  }))

  const { events: accepted, rejected } = await decodeRecords(records)

  expect(accepted).toEqual([])
  const refused = rejected.map(({ record, stage, code }) => ({ how: ways[Number(record.offset)]?.how, stage, code }))
  expect(refused).toEqual(ways.map(({ how, stage, code }) => ({ how, stage, code })))
})

test.each(events)('a $name can be bad on the wire and in its own fields, in ways of different names', (definition) => {
  const ways = badWaysOf(definition, encoderOf)
  expect(new Set(ways.map(({ how }) => how)).size).toBe(ways.length)
  const wire = ways.filter(({ stage }) => stage === 'decode').map(({ code }) => code)
  expect(new Set(wire)).toEqual(
    new Set(
      definition.wire === 'avro'
        ? [
            'empty',
            'no_frame',
            'malformed',
            'compressed',
            'unknown_schema',
            'truncated',
            'trailing_bytes',
            'foreign_event',
          ]
        : ['empty', 'no_frame', 'malformed', 'foreign_event'],
    ),
  )
  const breached = ways.filter(({ stage }) => stage === 'contract').map(({ code }) => code)
  // Avro carries nothing but its own symbols, true and false, and any whole number is one.
  const safe = (kind: Kind) => definition.wire === 'avro' && ['choice', 'flag', 'integer'].includes(kind)
  const unbroken = Object.entries(fieldsOf(definition)).filter(
    ([name, { kind }]) => !safe(kind) && !breached.some((code) => code.startsWith(`${name}_`)),
  )
  expect(unbroken).toEqual([])
})

test('the ten bad ticks have ten codes', () => {
  const codes = badTicks(seeded(seed)).map(({ code }) => code)
  expect(codes.length).toBe(10)
  expect(new Set(codes).size).toBe(10)
})
