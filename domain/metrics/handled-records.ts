import { defineEvent } from '../events/define-event.ts'
import { instant, text } from '../events/fields.ts'
import { count } from './aggregates.ts'
import type { Bucket } from './bucket.ts'
import { defineMetric } from './define-metric.ts'

/** What became of one record of the log. It happens inside the hot path and travels on no topic. */
export const handledRecord = defineEvent({
  name: 'handled_record',
  version: 1,
  topic: '(none)',
  wire: 'json',
  doc: 'The hot path handled a record: one event per topic, partition and offset.',
  origin: 'The hot path itself.',
  key: 'topic',
  id: ['topic'],
  at: 'appended_at',
  fields: {
    topic: text('Where the record stands.'),
    outcome: text(
      'counted, counted_late, late, duplicate, or the code of the reason for which no contract accepted it.',
    ),
    appended_at: instant("The broker's append time."),
  },
})

export const handledRecords = defineMetric(handledRecord, {
  name: 'handled_records',
  doc: 'Records handled, by what became of them; over all outcomes they add up to the offsets consumed.',
  by: ['topic', 'outcome'],
  every: 'forever',
  late: 'counts',
  aggregates: { records: count() },
  read: ({ records }) => records,
})

/** The bucket of records with one outcome, already counted: what adding as many events one by one would yield. */
export const handledBucket = (topic: string, outcome: string, records: number): Bucket => ({
  metric: handledRecords.name,
  entity: [topic, outcome],
  start: 0,
  states: { records: { op: 'count', value: records } },
})
