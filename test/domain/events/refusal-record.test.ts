import { describe, expect, it } from 'vitest'
import { decodeRecords } from '#adapters/avro/decode-records.ts'
import { refusalIn, refusalText } from '#domain/events/refusal-record.ts'

const told = {
  source: 'coingecko',
  stage: 'contract',
  code: 'price_missing',
  reason: 'price: is missing',
  original: '{"id":"x"}',
  received_at: Date.UTC(2026, 10, 20),
} as const

describe("a feed's refusal", () => {
  it("is rejected on any topic with the feed's own stage, code and reason", async () => {
    const record = { partition: 0, offset: 0n, appendedAt: 0, value: Buffer.from(refusalText(told)) }
    for (const topic of ['market_snapshots_raw', 'market_data_raw']) {
      const { events, rejected } = await decodeRecords([{ ...record, topic }])
      expect(events).toEqual([])
      expect(rejected).toMatchObject([{ stage: 'contract', code: 'price_missing', reason: 'price: is missing' }])
    }
  })

  it('carries what was sent, but not all of what is large', () => {
    expect(JSON.parse(refusalText(told))).toEqual({ type: 'refused', ...told })
    expect(refusalText({ ...told, original: '\u0000'.repeat(1_000_000) }).length).toBeLessThan(250_000)
  })

  it.each([null, [], 'refused', { type: 'refused' }, { type: 'tick', ...told }])('is not %j', (value) => {
    expect(refusalIn(value)).toBeUndefined()
  })
})
