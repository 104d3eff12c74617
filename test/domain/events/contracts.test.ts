import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dailyBar } from '#domain/events/daily-bar.ts'
import { type EventDefinition, fieldsOf, idOf, isLate, landedFieldsOf } from '#domain/events/define-event.ts'
import { events, eventsOn, topics } from '#domain/events/events.ts'
import { exampleOf } from '#domain/events/examples.ts'
import { invalidSamplesOf, type Sample, sampleOf } from '#domain/events/samples.ts'
import { sentiment } from '#domain/events/sentiment.ts'
import { tick } from '#domain/events/tick.ts'
import { toColumns } from '#domain/events/to-columns.ts'
import { exampleEventOf, toDocs } from '#domain/events/to-docs.ts'
import { parserOf, toJson } from '#domain/events/to-zod.ts'
import { userSignup } from '#domain/events/user-signup.ts'
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

  test('every field that travels has ways of being invalid, each with a name of its own', () => {
    const ways = invalidSamplesOf(definition, sampleOf(definition, random))
    expect(new Set(ways.map((way) => way.name)).size).toBe(ways.length)
    for (const [field, { optional }] of Object.entries(fieldsOf(definition))) {
      const ofField = ways.filter((way) => way.name.startsWith(`${field} `)).map((way) => way.name)
      expect(ofField.length, field).toBeGreaterThan(0)
      expect(ofField.includes(`${field} absent`), field).toBe(!optional)
    }
  })

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
    expect(toColumns(definition).map((column) => column.name)).toEqual(Object.keys(landedFieldsOf(definition)))
    const page = readFileSync(new URL(`../../../docs/data/${name}.md`, import.meta.url), 'utf8')
    expect(page, 'run `make docs`').toBe(toDocs(definition))
  })

  test.each(Object.entries(landedFieldsOf(definition)).map(([name, field]) => ({ name, field })))(
    'says what $name means, in what unit, and how it may look',
    ({ name, field }) => {
      expect(field.doc).toMatch(/^\p{Lu}.*\.$/u)
      if (field.kind === 'decimal' || field.kind === 'integer') expect(field.unit).toMatch(/./)
      const row = toDocs(definition)
        .split('\n')
        .find((line) => line.startsWith(`| \`${name}\` |`))
      expect(row).toContain(` | \`${exampleOf(field)}\` |`)
      expect(exampleOf(field)).toBeDefined()
    },
  )

  test('its example is one that its parser accepts, with every field that travels', () => {
    const example = exampleEventOf(definition)
    expect(Object.keys(example)).toEqual(['type', ...Object.keys(fieldsOf(definition))])
    const parsed = parse(example)
    expect(parsed).not.toHaveProperty('refused')
    if ('event' in parsed) expect(toJson(parsed.event)).toEqual(example)
  })

  test('samples differ in their ids, and name every optional field now and then', () => {
    const samples = Array.from({ length: 200 }, () => sampleOf(definition, random))
    const ids = samples.map((sample) => idOf(definition, { type: name, received_at: 0, ...pickId(definition, sample) }))
    expect(new Set(ids).size).toBeGreaterThan(190)
    for (const field of Object.keys(fieldsOf(definition)))
      expect(samples.filter((sample) => field in sample).length, field).toBeGreaterThan(50)
  })

  test('names are spelled the way they travel', () => {
    for (const word of [name, definition.topic, ...Object.keys(definition.fields)])
      expect(word).toMatch(/^[a-z][a-z0-9_]*$/)
    expect(Object.keys(definition.fields)).toEqual(
      expect.arrayContaining([definition.key, definition.at, ...definition.id]),
    )
  })
})

/** The values that name a sample's event, as text. */
const pickId = ({ id }: EventDefinition, sample: Sample) =>
  Object.fromEntries(id.map((name) => [name, String(sample[name])]))

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

test('what is no token is refused without being repeated: it may be the address itself', () => {
  const parse = parserOf(userSignup, 'json')
  const sample = sampleOf(userSignup, random)
  for (const value of ['ada@example.org', { address: 'ada@example.org' }])
    expect(JSON.stringify(parse({ ...sample, email_token: value }))).not.toContain('ada')
})

test.each([
  ['volume', dailyBar, '0', '-0.00000001'],
  ['value', sentiment, 100, 101],
  ['value', sentiment, 0, -1],
] as const)('%s is accepted up to its bound, and not beyond', (field, definition, good, bad) => {
  const parse = parserOf(definition, 'json')
  const sample = sampleOf(definition, random)
  expect(parse({ ...sample, [field]: good })).toHaveProperty('event')
  expect(parse({ ...sample, [field]: bad })).toMatchObject({ refused: { code: `${field}_out_of_range` } })
})

test('a highest price of a sample is never below its lowest', () => {
  for (let i = 0; i < 100; i += 1) {
    const { high, low } = sampleOf(dailyBar, random)
    expect(Number(high)).toBeGreaterThanOrEqual(Number(low))
  }
})
