import { defineEvent, type EventOf, LOG_RETENTION_MS } from './define-event.ts'
import { between, instant, integer, oneOf, text } from './fields.ts'

/** From the lowest values to the highest. */
export const classifications = ['extreme_fear', 'fear', 'neutral', 'greed', 'extreme_greed'] as const

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
  // The value of a day is told whenever the source is asked, until there is another one.
  rememberedFor: LOG_RETENTION_MS,
  fields: {
    source: text('Who measured.', { example: 'alternative.me' }),
    index_name: text('Which of its indices.', { example: 'crypto_fear_and_greed' }),
    measured_at: instant('What day or time the value is of.'),
    value: between(0, 100, integer('points', 'From 0, extreme fear, to 100, extreme greed.', { example: 21 })),
    classification: oneOf(classifications, "The source's own word for the value."),
  },
})
export type Sentiment = EventOf<typeof sentiment>
