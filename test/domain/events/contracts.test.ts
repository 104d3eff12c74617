import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fieldsOf, idOf, isLate } from '#domain/events/define-event.ts'
import { events, eventsOn, topics } from '#domain/events/events.ts'
import { invalidSamplesOf, sampleOf } from '#domain/events/samples.ts'
import { tick } from '#domain/events/tick.ts'
import { toColumns } from '#domain/events/to-columns.ts'
import { toDocs } from '#domain/events/to-docs.ts'
import { parserOf, toJson } from '#domain/events/to-zod.ts'
import { seeded, seedOf } from '../../contracts/random.ts'

const random = seeded(seedOf('contracts'))
const cases = events.map((definition) => ({ name: definition.name, definition }))

describe.each(cases)('$name', ({ name, definition }) => {
  const parse = parserOf(definition, 'json')

  test('a valid sample parses, and comes back as it was', () => {
    for (let i = 0; i < 100; i += 1) {
      const sample = sampleOf(definition, random)
      const parsed = parse(sample)
      expect(parsed).not.toHaveProperty('refused')
      if ('event' in parsed) expect(toJson(parsed.event)).toEqual({ type: name, ...sample })
    }
  })

  test.each(invalidSamplesOf(definition, sampleOf(definition, random)))(
    '$name is refused as $code',
    ({ code, sample }) => {
      expect(parse(sample)).toMatchObject({ refused: { code } })
    },
  )

  test('an unknown field of a newer writer is left out', () => {
    const sample = sampleOf(definition, random)
    expect(parse({ ...sample, colour: 'blue' })).toEqual(parse(sample))
  })

  test('all that is wrong is told at once, in words', () => {
    const [first, second] = invalidSamplesOf(definition, sampleOf(definition, random)).filter(({ name }) =>
      name.endsWith('null'),
    )
    const parsed = parse({ ...first?.sample, ...pick(second?.sample, second?.code) })
    expect(parsed).toMatchObject({ refused: { reason: expect.stringContaining(';') } })
  })

  test.each([7, null, 'text', []])('%j is no event', (input) => expect(parse(input)).toHaveProperty('refused'))

  test('every field has a column, and its page under docs/data says what the contract says', () => {
    expect(toColumns(definition).map((column) => column.name)).toEqual(Object.keys(fieldsOf(definition)))
    const page = readFileSync(new URL(`../../../docs/data/${name}.md`, import.meta.url), 'utf8')
    expect(page, 'run `npm run docs`').toBe(toDocs(definition, seeded(1)))
  })

  test('names are spelled the way they travel', () => {
    for (const word of [name, definition.topic, ...Object.keys(definition.fields)])
      expect(word).toMatch(/^[a-z][a-z0-9_]*$/)
    expect(Object.keys(definition.fields)).toEqual(
      expect.arrayContaining([definition.key, definition.at, ...definition.id]),
    )
  })
})

/** The field that a breakage's code names, from a sample. */
const pick = (sample: Readonly<Record<string, unknown>> | undefined, code: string | undefined) =>
  Object.fromEntries(Object.entries(sample ?? {}).filter(([field]) => code?.startsWith(field)))

test('no two contracts share a name, and every topic leads back to its contracts', () => {
  expect(new Set(events.map(({ name }) => name)).size).toBe(events.length)
  expect(topics.flatMap(eventsOn)).toHaveLength(events.length)
})

test('ids cannot be made to collide by what a value holds', () => {
  const id = (venue: string, symbol: string) =>
    idOf(tick, { type: 'tick', received_at: 0, venue, symbol, trade_id: '1' })
  expect(id('a|b', 'c')).not.toBe(id('a', 'b|c'))
  expect(id('a\\', 'b')).not.toBe(id('a', '\\b'))
})

test('late is more than five minutes between happening and being received', () => {
  expect(isLate(0, 300_000)).toBe(false)
  expect(isLate(0, 300_001)).toBe(true)
})
