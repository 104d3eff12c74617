import { defineEvent, type EventOf } from './define-event.ts'
import { between, instant, integer, oneOf, text } from './fields.ts'

export const sentiment = defineEvent({
  name: 'sentiment',
  version: 1,
  topic: 'sentiment_raw',
  wire: 'json',
  silver: { table: 'sentiments', calendar: 'utc' },
  doc: 'A source measured the mood of a market: one event per source, index and time of measurement.',
  origin: 'The Crypto Fear & Greed Index of alternative.me, once a day.',
  key: 'source',
  id: ['source', 'index_name', 'measured_at'],
  at: 'measured_at',
  fields: {
    source: text('Who measured.', { example: 'alternative.me' }),
    index_name: text('Which of its indices.', { example: 'crypto_fear_and_greed' }),
    measured_at: instant('What day or time the value is of.'),
    value: between(0, 100, integer('points', 'From 0, extreme fear, to 100, extreme greed.', { example: 21 })),
    classification: oneOf(
      ['extreme_fear', 'fear', 'neutral', 'greed', 'extreme_greed'],
      "The source's own word for the value.",
    ),
  },
})
export type Sentiment = EventOf<typeof sentiment>
