import { describe, expect, test } from 'vitest'
import { decodeRecords, decoder } from '#adapters/avro/decode-records.ts'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { tick } from '#domain/events/tick.ts'
import type { BronzeRow, QuarantineRow } from '#domain/lake/rows.ts'
import type { LogRecord } from '#domain/ports.ts'
import { landEvents } from '#lambdas/lake-landing/land-events.ts'
import { badTicks, validEvent } from '#test/contracts/bad-ticks.ts'
import { InMemoryTable } from '#test/contracts/in-memory-table.ts'
import { seeded, seedOf } from '#test/contracts/random.ts'

const random = seeded(seedOf('land-events'))
const encode = encoderOf(tick)

/** Good ticks and bad ones in no order, the good ones some of them twice. */
function mixed(length: number): readonly { readonly record: LogRecord; readonly code?: string }[] {
  const bad = badTicks(random)
  return Array.from({ length }, (_, i) => {
    const wrong = random() < 0.2 ? bad[Math.floor(random() * bad.length)] : undefined
    const value = wrong?.value ?? encode(validEvent(tick, random))
    const record = {
      topic: 'market_data_raw',
      partition: 1,
      offset: BigInt(i),
      appendedAt: 1_795_190_400_000 + i,
      value,
    }
    return wrong === undefined ? { record } : { record, code: wrong.code }
  })
}

const tables = () => ({ bronze: new InMemoryTable<BronzeRow>(), quarantine: new InMemoryTable<QuarantineRow>() })
const offsetsOf = (rows: readonly { readonly offset: string }[]) => rows.map(({ offset }) => Number(offset))

describe('a batch', () => {
  test('ends in bronze or in quarantine, each record in exactly one', async () => {
    const outside = tables()
    const batch = mixed(500)
    const counts = await landEvents(
      batch.map(({ record }) => record),
      { ...outside, decode: decodeRecords, now: () => 1 },
    )
    const { bronze, quarantine } = outside
    expect(counts).toEqual({ landed: bronze.rows.length, quarantined: quarantine.rows.length })
    const good = batch.flatMap(({ code }, i) => (code === undefined ? [i] : []))
    const bad = batch.flatMap(({ record, code }, i) =>
      code ? [[i, code, Buffer.from(record.value).toString('base64')]] : [],
    )
    expect(offsetsOf(bronze.rows)).toEqual(good)
    expect(quarantine.rows.map(({ offset, code, value }) => [Number(offset), code, value])).toEqual(bad)
  })

  test.each(['bronze', 'quarantine'] as const)('fails where %s fails, when the other is done', async (which) => {
    const outside = tables()
    outside[which].failure = new Error(`${which} is away`)
    const batch = mixed(200).map(({ record }) => record)
    await expect(landEvents(batch, { ...outside, decode: decodeRecords, now: () => 1 })).rejects.toThrow(
      `${which} is away`,
    )
    const other = which === 'bronze' ? outside.quarantine : outside.bronze
    const landed = other.rows.length
    await landEvents(batch, { ...outside, decode: decodeRecords, now: () => 1 })
    expect(other.rows.length, 'the batch that comes again lands again').toBe(2 * landed)
    const places = new Set([...offsetsOf(outside.bronze.rows), ...offsetsOf(outside.quarantine.rows)])
    expect(places.size).toBe(200)
  })

  test('lands nothing where the schema registry cannot answer', async () => {
    const outside = tables()
    const decode = decoder(() => Promise.reject(new Error('the registry is away')))
    const batch = mixed(50).map(({ record }) => record)
    await expect(landEvents(batch, { ...outside, decode, now: () => 1 })).rejects.toThrow('the registry is away')
    expect([...outside.bronze.rows, ...outside.quarantine.rows]).toEqual([])
  })
})
