import { describe, expect, it } from 'vitest'
import {
  encodeRecord,
  eventText,
  fitting,
  MAXIMUM_PAYLOAD,
  type PendingRecord,
} from '#local/bridges/kafka-event-source/event.ts'
import { parseMapping } from '#local/bridges/kafka-event-source/mapping.ts'
import { mappingAnswer } from './lambda-api.ts'

const mapping = parseMapping(mappingAnswer({ BatchSize: 10_000 }), Date.now())
const bootstrap = '127.0.0.1:9092'

function record(
  partition: number,
  offset: number,
  value: Buffer | null = Buffer.from('v'),
  headers: [Buffer, Buffer | null][] = [],
): PendingRecord {
  const fields = {
    topic: 'market_data_raw',
    partition,
    offset: BigInt(offset),
    timestamp: 1_700_000_000_000,
    key: null,
    value,
    headers,
  }
  return encodeRecord({ ...fields, timestampType: 'LOG_APPEND_TIME' })
}

describe('an event', () => {
  it('groups its records by partition and keeps their order', () => {
    const event = JSON.parse(eventText(mapping, bootstrap, [record(1, 7), record(0, 3), record(1, 8)]))
    expect(Object.keys(event)).toEqual(['eventSource', 'eventSourceArn', 'bootstrapServers', 'records'])
    expect(event.records['market_data_raw-1'].map((r: { offset: number }) => r.offset)).toEqual([7, 8])
    expect(event.records['market_data_raw-0'][0]).toEqual({
      topic: 'market_data_raw',
      partition: 0,
      offset: 3,
      timestamp: 1_700_000_000_000,
      timestampType: 'LOG_APPEND_TIME',
      value: 'dg==',
      headers: [],
    })
  })

  it('is ASCII, so that its length is its size', () => {
    const text = eventText(mapping, bootstrap, [
      record(0, 1, null, [
        [Buffer.from('schlüssel 🔑'), Buffer.from([200])],
        [Buffer.from('empty'), null],
      ]),
    ])
    expect(Buffer.byteLength(text)).toBe(text.length)
    expect(JSON.parse(text).records['market_data_raw-0'][0].headers).toEqual([{ 'schlüssel 🔑': [-56] }, { empty: [] }])
  })

  it('stays within 6 MB, and yet is as large as it can be', () => {
    const records = Array.from({ length: 3_000 }, (_, offset) => record(offset % 3, offset, Buffer.alloc(3_000)))
    const count = fitting(mapping, bootstrap, records, 0)
    const size = eventText(mapping, bootstrap, records.slice(0, count)).length
    expect(size).toBeLessThanOrEqual(MAXIMUM_PAYLOAD)
    expect(size + (records[count]?.text.length ?? 0) + 1).toBeGreaterThan(MAXIMUM_PAYLOAD - 100)
  })

  it('takes a record that is too large for any event alone', () => {
    const records = [record(0, 0, Buffer.alloc(MAXIMUM_PAYLOAD)), record(0, 1)]
    expect(fitting(mapping, bootstrap, records, 0)).toBe(1)
    expect(fitting(mapping, bootstrap, records, 1)).toBe(1)
    expect(fitting(mapping, bootstrap, records, 2)).toBe(0)
  })

  it('takes no more records than the batch size', () => {
    const small = parseMapping(mappingAnswer({ BatchSize: 2 }), Date.now())
    expect(fitting(small, bootstrap, [record(0, 0), record(0, 1), record(0, 2)], 0)).toBe(2)
  })
})
