import { describe, expect, test } from 'vitest'
import { decodeRecords, decoder } from '#adapters/avro/decode-records.ts'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { header, schemaIdOf } from '#adapters/avro/frame.ts'
import type { AnyEvent, EventDefinition } from '#domain/events/define-event.ts'
import { enricherOf } from '#domain/events/enrich.ts'
import { events } from '#domain/events/events.ts'
import { fill } from '#domain/events/fill.ts'
import { tick } from '#domain/events/tick.ts'
import { toAvro } from '#domain/events/to-avro.ts'
import { badTicks, validEvent as validEventOf } from '../../contracts/bad-ticks.ts'
import { seeded, seedOf } from '../../contracts/random.ts'

const random = seeded(seedOf('decode'))
const validEvent = (definition: EventDefinition, change?: Partial<AnyEvent>) => validEventOf(definition, random, change)
const good = encoderOf(tick)(validEvent(tick))

const recordsOf = (topic: string, ...values: Uint8Array[]) =>
  values.map((value, i) => ({ topic, partition: 0, offset: BigInt(i), appendedAt: 1, value }))

describe.each(events.map((definition) => ({ name: definition.name, definition })))('$name', ({ definition }) => {
  test('what is encoded decodes to the same event, with what is looked up', async () => {
    const encode = encoderOf(definition)
    const sent = Array.from({ length: 200 }, () => validEvent(definition))
    const { events: read, rejected } = await decodeRecords(recordsOf(definition.topic, ...sent.map(encode)))
    expect(rejected).toEqual([])
    expect(read.map(({ event }) => event)).toEqual(sent.map((event) => enricherOf(definition)({ ...event })))
  })
})

test.each([
  1n,
  -1n,
  127n,
  128n,
  -128n,
  -129n,
  2n ** 47n,
  -(2n ** 47n),
  2n ** 55n,
  2n ** 63n,
  -(2n ** 63n),
  10n ** 22n - 1n,
  1n - 10n ** 22n,
])('a fee of %s units of the last place travels exactly', async (fee) => {
  const { events: read } = await decodeRecords(recordsOf(fill.topic, encoderOf(fill)(validEvent(fill, { fee }))))
  expect(read[0]?.event.fee).toBe(fee)
})

test.each(badTicks(random))(
  '$how is rejected with its reason, and its neighbours are not',
  async ({ value, stage, code }) => {
    const { events: read, rejected } = await decodeRecords(recordsOf(tick.topic, good, value, good))
    expect(read.map(({ record }) => record.offset)).toEqual([0n, 2n])
    expect(rejected).toEqual([
      { record: expect.objectContaining({ offset: 1n }), stage, code, reason: expect.stringMatching(/\w+ \w+/) },
    ])
  },
)

test('a registry that does not answer rejects the batch and no record; once it answers, all is read', async () => {
  let up = false
  const decode = decoder(async () => {
    if (!up) throw new Error('the registry does not answer')
    return toAvro(tick)
  })
  await expect(decode(recordsOf(tick.topic, good))).rejects.toThrow('does not answer')
  up = true
  expect((await decode(recordsOf(tick.topic, good))).events).toHaveLength(1)
})

test('an older writer, without an optional field, is read', async () => {
  const schema = toAvro(fill)
  const older = { ...schema, fields: schema.fields.filter(({ name }) => name !== 'order_id') }
  const { avroTypeOf } = await import('#adapters/avro/avro-type.ts')
  const { order_id, ...event } = validEvent(fill)
  const value = Buffer.concat([header(schemaIdOf(older)), avroTypeOf(older).toBuffer(event)])
  const { events: read } = await decoder(async () => older)(recordsOf(fill.topic, value))
  expect(read[0]?.event).toEqual(enricherOf(fill)(event))
})

test('a tick comes with the group of its symbol, and one of an unknown symbol without', async () => {
  const bytes = ['NVDA', 'NONE'].map((symbol) => encoderOf(tick)(validEvent(tick, { symbol })))
  const { events: read } = await decodeRecords(recordsOf(tick.topic, ...bytes))
  expect(read.map(({ event }) => event.symbol_group)).toEqual(['Technology', undefined])
})

test('a writer whose schema cannot become the contract is rejected for it, and stops nobody', async () => {
  const schema = toAvro(tick)
  const other = {
    ...schema,
    fields: schema.fields.map((field) => (field.name === 'price' ? { ...field, type: 'string' as const } : field)),
  }
  const id = schemaIdOf(other)
  const decode = decoder(async (schemaId) => (schemaId === id ? other : schema))
  const bad = Buffer.concat([header(id), good.subarray(18)])
  const { events: read, rejected } = await decode(recordsOf(tick.topic, good, bad, good))
  expect(read).toHaveLength(2)
  expect(rejected).toMatchObject([{ code: 'incompatible_schema', reason: expect.stringContaining('tick of today') }])
})
