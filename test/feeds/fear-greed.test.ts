import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { idOf } from '#domain/events/define-event.ts'
import { mapFearGreed } from '#feeds/fear-greed.ts'

const receivedAt = Date.UTC(2021, 11, 20, 6)

describe('the Fear & Greed Index', () => {
  it('is a measurement a day, its texts as numbers, its seconds as milliseconds', () => {
    const payload = readFileSync(new URL('payloads/fear-greed.json', import.meta.url), 'utf8')
    const { emissions, refused } = mapFearGreed(payload, receivedAt)
    const same = {
      type: 'sentiment',
      source: 'alternative.me',
      index_name: 'crypto_fear_and_greed',
      received_at: receivedAt,
    }
    expect(refused).toEqual([])
    expect(emissions.map(({ event }) => event)).toEqual([
      { ...same, measured_at: Date.UTC(2021, 11, 20), value: 25, classification: 'extreme_fear' },
      { ...same, measured_at: Date.UTC(2021, 11, 19), value: 50, classification: 'neutral' },
    ])
    expect(emissions.map(({ definition, event }) => idOf(definition, event))).toEqual([
      'sentiment|alternative.me|crypto_fear_and_greed|1639958400000',
      'sentiment|alternative.me|crypto_fear_and_greed|1639872000000',
    ])
  })

  it.each([
    ['', 'payload_malformed'],
    ['[]', 'payload_malformed'],
    ['{"name":"Fear and Greed Index","data":[],"metadata":{"error":"No data available."}}', 'venue_error'],
    ['{"name":"Fear and Greed Index"}', 'payload_unexpected'],
    [
      '{"data":[{"value":"25","value_classification":"Panic","timestamp":"1639958400"}]}',
      'classification_unknown_choice',
    ],
    ['{"data":[{"value":"2.5","value_classification":"Fear","timestamp":"1639958400"}]}', 'value_wrong_type'],
    ['{"data":[{"value":"25","value_classification":"Fear","timestamp":"02-26-2019"}]}', 'measured_at_wrong_type'],
    ['{"data":[null]}', 'item_unexpected'],
    [`{"data":[${'['.repeat(100_000)}${']'.repeat(100_000)}]}`, 'item_unexpected'],
    [`{"data":[${'{},'.repeat(1_000)}{}]}`, 'payload_too_large'],
  ])('refuses %.80s', (payload, code) => {
    expect(mapFearGreed(payload, receivedAt)).toMatchObject({ emissions: [], refused: [{ code }] })
  })
})
