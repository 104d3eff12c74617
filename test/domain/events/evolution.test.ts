import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { defineEvent, type EventDefinition } from '#domain/events/define-event.ts'
import { events } from '#domain/events/events.ts'
import { brokenBy, judge } from '#domain/events/evolution.ts'
import {
  between,
  decimal,
  type Field,
  instant,
  integer,
  lookedUp,
  oneOf,
  optional,
  positive,
  text,
} from '#domain/events/fields.ts'
import { landedContract } from '#domain/events/landed-contract.ts'
import { type LandedEvent, lands } from '#domain/events/silver-columns.ts'
import { contractFiles, toContract } from '#domain/events/to-contract.ts'
import { parserOf } from '#domain/events/to-zod.ts'

const folder = new URL('../../../glue/contracts/', import.meta.url)

/** As `make docs` reads them. */
const landed = new Map(
  readdirSync(folder).map((file) => {
    const contract = landedContract(file, readFileSync(new URL(file, folder), 'utf8'))
    return [contract.event, contract]
  }),
)

test('no contract breaks what has landed', () => {
  const now = new Map(events.filter(lands).map((definition) => [definition.name, toContract(definition)]))
  expect(brokenBy(landed, now).join('\n')).toBe('')
})

const fields = {
  venue: text('Where.', { most: 64 }),
  quoted_at: instant('When.'),
  bid: positive(decimal('USD', 'Best price to sell at.')),
  depth: between(0, 100, integer('levels', 'How many levels.')),
  side: oneOf(['one', 'both'], 'Which sides.'),
  note: optional(text('What the venue adds.')),
}
const quote = defineEvent({
  name: 'quote',
  version: 3,
  topic: 'quotes_raw',
  wire: 'avro',
  silver: { table: 'quotes', calendar: 'market' },
  doc: 'A venue quoted: one event per time.',
  origin: 'A test.',
  key: 'venue',
  id: ['venue', 'quoted_at'],
  at: 'quoted_at',
  fields,
})

/** That contract with other fields, and as much besides as the change needs. */
const quoteWith = (changed: Readonly<Record<string, Field | undefined>>, more: Partial<EventDefinition> = {}) => {
  const all: Readonly<Record<string, Field | undefined>> = { ...fields, ...changed }
  const kept = Object.entries(all).flatMap(([name, field]) => (field === undefined ? [] : [[name, field] as const]))
  const definition: EventDefinition = { ...quote, ...more, fields: Object.fromEntries(kept) }
  if (!lands(definition)) throw new Error('it lands')
  return definition
}
const judged = (definition: LandedEvent) => {
  if (!lands(quote)) throw new Error('it lands')
  return judge(toContract(quote), toContract(definition))
}

describe('a compatible change', () => {
  const colour = optional(text('Colour.'))
  test('is a new optional field, with the next version', () => {
    expect(judged(quoteWith({ colour }, { version: 4 }))).toEqual({
      verdict: 'compatible',
      changes: ['quote gains colour, which may be absent.'],
    })
  })

  test('is a field that is looked up', () => {
    const zone = lookedUp(new Map([['x', 'y']]), 'venue', 'Zone.')
    expect(judged(quoteWith({ zone }, { version: 4 }))).toMatchObject({ verdict: 'compatible' })
  })

  test('needs the next version, and no other', () => {
    for (const version of [2, 3, 5])
      expect(judged(quoteWith({ colour }, { version }))).toEqual({
        verdict: 'incompatible',
        breaks: [expect.stringMatching(/quote has changed since version 3 .* gains colour.* Set its version to 4\.$/)],
      })
  })

  test('may be of the documentation alone, and then the version stays', () => {
    const bid = { ...fields.bid, doc: 'What a buyer pays.', example: '7' }
    expect(judged(quoteWith({ bid }, { doc: 'A venue quoted: another sentence.', origin: 'Another.' }))).toEqual({
      verdict: 'same',
    })
    expect(judged(quoteWith({ bid }, { version: 4 }))).toMatchObject({
      breaks: [expect.stringContaining('nothing has changed since version 3')],
    })
  })
})

describe('an incompatible change says what breaks for whom', () => {
  const bid = (unit = 'USD') => positive(decimal(unit, 'Best price to sell at.'))
  test.each<[string, Parameters<typeof quoteWith>, RegExp]>([
    [
      'a required field removed',
      [{ side: undefined }],
      /quote no longer has side: consumers of version 3 put every new event into quarantine.* analysts' silver\.quotes\.side stays empty/,
    ],
    ['an optional field removed', [{ note: undefined }], /no longer has note: consumers of version 3 find it absent/],
    [
      'a field renamed',
      [{ bid: undefined, best_bid: bid() }],
      /no longer has bid: .* It may have been renamed to best_bid, which is new and a decimal too/,
    ],
    [
      'a required field added',
      [{ ask: bid() }],
      /now requires ask: what producers of version 3 send goes to quarantine without it.* silver\.quotes/,
    ],
    [
      'another kind',
      [{ bid: text('Price.') }],
      /quote\.bid was a decimal and is a text: consumers of version 3 cannot/,
    ],
    [
      'another unit',
      [{ bid: bid('cents') }],
      /quote\.bid was counted in USD and is in cents: .* analysts' silver\.quotes\.bid would mix both, the hot path would add them up/,
    ],
    [
      'optional made required',
      [{ note: text('What the venue adds.') }],
      /quote\.note is now required: an event without it that a producer of version 3 still sends goes to quarantine, and days of analysts' silver\.quotes/,
    ],
    [
      'required made optional',
      [{ side: optional(fields.side) }],
      /quote\.side may now be absent: consumers of version 3, .* put an event without it into quarantine/,
    ],
    [
      'a shorter text',
      [{ venue: text('Where.', { most: 32 }) }],
      /quote\.venue was limited \(characters, at most: 64\) and is .*32\): what lies between that a producer of version 3/,
    ],
    ['a longer text', [{ venue: text('Where.', { most: 128 }) }], /128\): consumers of version 3, hot path/],
    [
      'a choice removed',
      [{ side: oneOf(['one'], 'Which.') }],
      /quote\.side can no longer be both: .* producer of version 3/,
    ],
    [
      'a choice added',
      [{ side: oneOf(['one', 'both', 'none'], 'Which.') }],
      /quote\.side can now be none: consumers of version 3/,
    ],
    [
      'positive added',
      [{ depth: positive(fields.depth) }],
      /quote\.depth has to be positive now: a zero or negative one that a producer/,
    ],
    ['positive removed', [{ bid: decimal('USD', 'Best.') }], /quote\.bid need not be positive any more: consumers/],
    [
      'a higher least',
      [{ depth: between(1, 100, fields.depth) }],
      /depth was limited \(at least: 0\).*\(at least: 1\): .* a producer/,
    ],
    ['a lower least', [{ depth: between(-1, 100, fields.depth) }], /at least: -1\): consumers of version 3/],
    ['a lower greatest', [{ depth: between(0, 99, fields.depth) }], /\(at most: 99\): .* a producer of version 3/],
    [
      'no greatest any more',
      [{ depth: integer('levels', 'How many levels.') }],
      /\(at most: 100\) and is \(at most: no limit\): consumers of version 3/,
    ],
    [
      'a field that was sent looked up',
      [{ note: lookedUp(new Map(), 'venue', 'Note.') }],
      /quote\.note was sent by producers and is looked up by venue: analysts' silver\.quotes\.note/,
    ],
    [
      'another id',
      [{}, { id: ['venue'] }],
      /was named by venue, quoted_at and is by venue: .* the hot path counts it twice/,
    ],
    ['another key', [{}, { key: 'side' }], /was partitioned by venue and is by side: .* no longer stay in order/],
    ['another time', [{}, { at: 'received_at' }], /happened at quoted_at and now at received_at/],
    [
      'another topic',
      [{}, { topic: 'other_raw' }],
      /travelled on quotes_raw and now on other_raw: what older producers/,
    ],
    ['another wire', [{}, { wire: 'json' }], /travelled as avro and now as json: older consumers put every new event/],
    [
      'another table',
      [{}, { silver: { table: 'bids', calendar: 'market' } }],
      /landed in silver\.quotes and now in silver\.bids: analysts' queries/,
    ],
    [
      'another calendar',
      [{}, { silver: { table: 'quotes', calendar: 'utc' } }],
      /days of the market calendar and now to those of utc/,
    ],
  ])('%s', (_what, change, says) => {
    const version = { version: 4 }
    const verdict = judged(quoteWith(change[0], { ...version, ...change[1] }))
    expect(verdict).toMatchObject({ verdict: 'incompatible' })
    if (verdict.verdict !== 'incompatible') return
    expect(verdict.breaks.join('\n')).toMatch(says)
    expect(verdict.breaks.at(-1)).toMatch(/add an optional field beside it .* or define a new event\.$/)
  })

  test('an event that has gone from the registry', () => {
    if (!lands(quote)) throw new Error('it lands')
    expect(brokenBy(new Map([['quote', toContract(quote)]]), new Map()).join('\n')).toMatch(
      /^quote has landed and is no contract any more: .*\nKeep the contract/,
    )
  })
})

test('each kind of change breaks a real contract too, and its file would not be overwritten', () => {
  const tick = landed.get('tick')
  if (tick === undefined) throw new Error('tick has landed')
  const price = { ...tick, version: 2, fields: tick.fields.map((field) => ({ ...field, unit: 'cents' })) }
  expect(brokenBy(landed, new Map([...landed, ['tick', price]])).join('\n')).toContain('tick.price was counted in')
})

test('a file that is no contract is refused by name', () => {
  const [first] = [...contractFiles(events).values()]
  expect(() => landedContract('tick.json', (first ?? '').replace('"wire"', '"wired"'))).toThrow(
    /^glue\/contracts\/tick\.json is no contract/,
  )
  expect(() => landedContract('tick.json', '<<<<<<<')).toThrow('is no contract')
})

describe('an older and a newer JSON writer', () => {
  const newer = quoteWith({ colour: optional(text('Colour.')) }, { version: 4, wire: 'json' })
  const older = quoteWith({}, { wire: 'json' })
  const event = {
    venue: 'v',
    quoted_at: Date.UTC(2026, 0, 5),
    bid: '1',
    depth: 3,
    side: 'one',
    received_at: Date.UTC(2026, 0, 5),
  }

  test('are both read by both', () => {
    for (const reader of [older, newer])
      for (const written of [event, { ...event, colour: 'blue' }])
        expect(parserOf(reader, 'json')(written)).toMatchObject({ event: { venue: 'v', bid: 100_000_000n } })
    expect(parserOf(newer, 'json')({ ...event, colour: 'blue' })).toMatchObject({ event: { colour: 'blue' } })
  })
})
