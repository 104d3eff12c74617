import { classifications, sentiment } from '../events/sentiment.ts'
import { last, max } from './aggregates.ts'
import { defineMetric } from './define-metric.ts'

export const latestSentiment = defineMetric(sentiment, {
  name: 'latest_sentiment',
  doc: "Newest value in points, from 0 (extreme fear) to 100 (extreme greed), the source's own word for it, and its time: one per source and index.",
  by: ['source', 'index_name'],
  every: 'forever',
  // Measured once a day, and asked for through the day.
  late: 'counts',
  aggregates: {
    value: last(({ value }) => BigInt(value)),
    classification: last(({ classification }) => BigInt(classifications.indexOf(classification))),
    measured_at: max(({ measured_at }) => BigInt(measured_at)),
  },
  read: ({ value, classification, measured_at }) => ({
    value: Number(value),
    classification: classifications[Number(classification)] ?? null,
    measured_at: Number(measured_at),
  }),
})
