import { newsItem } from '../events/news-item.ts'
import { count, distinct } from './aggregates.ts'
import { defineMetric } from './define-metric.ts'

export const news = defineMetric(newsItem, {
  name: 'news',
  doc: 'Articles brought out, those of them whose headline names an asset, and how many publishers brought them out: one per hour.',
  by: [],
  every: 'hour',
  keepHours: 26,
  // Publishers date an article back, and feeds are asked every few minutes.
  late: 'counts',
  aggregates: {
    items: count(),
    naming_assets: count(({ symbols }) => symbols !== undefined),
    publishers: distinct(({ publisher }) => publisher),
  },
  read: (values) => values,
})

export const newsByPublisher = defineMetric(newsItem, {
  name: 'news_by_publisher',
  doc: 'Articles brought out: one per publisher and hour.',
  by: ['publisher'],
  every: 'hour',
  keepHours: 26,
  late: 'counts',
  aggregates: { items: count() },
  read: (values) => values,
})
