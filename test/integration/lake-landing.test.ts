import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { FirehoseDelivery } from '#adapters/firehose/delivery.ts'
import { firehoseClient, putToFirehose } from '#adapters/firehose/put-records.ts'
import { lands } from '#domain/events/silver-columns.ts'
import { tick } from '#domain/events/tick.ts'
import { contractArgument } from '#domain/events/to-contract.ts'
import { bronzeRowIn } from '#domain/lake/error-lines.ts'
import type { BronzeRow } from '#domain/lake/rows.ts'
import { bronzeRow } from '#domain/lake/to-rows.ts'
import type { LogRecord } from '#domain/ports.ts'
import { landEvents } from '#lambdas/lake-landing/land-events.ts'
import { appendOnlyContract } from '#test/contracts/append-only.ts'
import { badTicks, validEvent } from '#test/contracts/bad-ticks.ts'
import { seeded, seedOf } from '#test/contracts/random.ts'
import { LandingZone } from './landing-zone.ts'

const random = seeded(seedOf('lake-landing'))
const encode = encoderOf(tick)
const APPENDED_AT = Date.UTC(2026, 10, 20, 15)
const LENGTH = 5_000
let zone: LandingZone

beforeAll(async () => {
  zone = await LandingZone.start()
  for (const [name, value] of Object.entries(zone.environment)) vi.stubEnv(name, value)
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await zone?.stop()
})

const PLACES = 'SELECT DISTINCT "partition"::INT AS p, "offset"::BIGINT::INT AS o FROM rows ORDER BY p, o'
const placesOf = (rows: readonly Record<string, unknown>[]) => rows.map(({ p, o }) => `${p}/${o}`)

/** Ticks of one trading day in two partitions; one of a hundred is bad, one of fifty comes twice in the log. */
function log(): readonly LogRecord[] {
  const bad = badTicks(random)
  const good = { ...validEvent(tick, random), received_at: APPENDED_AT }
  const values: Buffer[] = []
  for (let i = 0; i < LENGTH; i += 1) {
    const again = i % 50 === 49 ? values[i - 20] : undefined
    const wrong = i % 100 === 0 ? bad[(i / 100) % bad.length]?.value : undefined
    values.push(again ?? wrong ?? encode({ ...good, traded_at: APPENDED_AT - i, trade_id: `${i}` }))
  }
  const large = Buffer.alloc(600_000, 'no event, and large. ')
  return [...values, large].map((value, i) => ({
    topic: 'market_data_raw',
    partition: i % 2,
    offset: BigInt(i >> 1),
    appendedAt: APPENDED_AT + i,
    value,
  }))
}

describe('landing, while Firehose fails 30 % of the records and throttles 10 % of the calls', () => {
  const records = log()

  it('has each place in bronze or in quarantine, and in no case in neither', async () => {
    const { wireLanding } = await import('#lambdas/lake-landing/wiring.ts')
    const { landing } = wireLanding(process.env)
    await zone.bridge.faults({ failedRecords: 0.3, throttles: 0.1, seed: 1 })
    for (let from = 0; from < records.length; from += 1_000)
      await landEvents(records.slice(from, from + 1_000), landing)
    await zone.bridge.faults({})
    expect(await zone.bridge.flush()).toBe(true)
    const landed = placesOf(await zone.lake.query('bronze/', PLACES))
    const quarantined = placesOf(await zone.lake.query('quarantine/', PLACES))
    expect(quarantined).toHaveLength(51)
    expect([...landed, ...quarantined].sort()).toEqual(
      records.map(({ partition, offset }) => `${partition}/${offset}`).sort(),
    )
  })

  it('keeps the bytes of what it refuses, elsewhere where there are many', async () => {
    const rows = await zone.lake.query('quarantine/', 'SELECT "partition", "offset", "value", value_pointer FROM rows')
    for (const { partition, offset, value, value_pointer } of rows) {
      const record = records.find((one) => one.partition === partition && one.offset === BigInt(String(offset)))
      const kept = value_pointer
        ? await zone.lake.read(String(value_pointer).replace('s3://lake/', ''))
        : Buffer.from(String(value), 'base64')
      expect(kept.equals(record?.value ?? Buffer.of())).toBe(true)
    }
    const pointers = rows.flatMap(({ value_pointer }) => value_pointer ?? [])
    expect(pointers).toEqual([expect.stringMatching(/^s3:\/\/lake\/large\/market_data_raw\/0\/0{16}2500$/)])
  })

  it('is read by the silver job: each event once, in the table that Iceberg has', async () => {
    if (!lands(tick)) throw new Error('ticks land')
    const job = {
      '--event': 'tick',
      '--date': '2026-11-20',
      '--bronze': 's3://lake/bronze/',
      '--candidate_database': 'candidates',
      '--candidate_table': 'silver_ticks__r1',
      '--candidate_location': 's3://scratch/candidates/silver.ticks/r1/',
      '--contract': contractArgument(tick),
    }
    expect(await zone.runSilver(job)).toBe('SUCCEEDED')
    const [found] = await zone.scratch.query(
      'candidates/silver.ticks/r1/data/',
      `SELECT count(*)::INT AS n, count(DISTINCT event_id)::INT AS ids, min(trade_date)::VARCHAR AS day,
         bool_and(abs(notional - price::DOUBLE * quantity::DOUBLE) < 0.001 * notional) AS near FROM rows`,
    )
    const twice = LENGTH / 50
    expect(found).toEqual({ n: LENGTH - 50 - twice, ids: LENGTH - 50 - twice, day: '2026-11-20', near: true })
  })
})

it('what Firehose cannot convert ends in quarantine, at its place, and nothing stays below errors/', async () => {
  const { wireLanding } = await import('#lambdas/lake-landing/wiring.ts')
  const { handler } = await import('#lambdas/lake-redrive/handler.ts')
  const { landing } = wireLanding(process.env)
  const event = validEvent(tick, random)
  const record = { topic: 'market_data_raw', partition: 7, offset: 77n, appendedAt: APPENDED_AT, value: encode(event) }
  const row = bronzeRow({ event, id: 'tick|bad', at: APPENDED_AT, record })
  await landing.bronze.append([{ ...row, occurred_at: 'noon' }])
  expect(await zone.bridge.flush()).toBe(true)
  expect(await zone.lake.keys('errors/')).toHaveLength(1)
  const answer = await handler({}, { getRemainingTimeInMillis: () => 300_000 })
  expect(answer).toEqual({ objects: 1, put_back: 0, quarantined: 1, is_cut_short: false })
  expect(await zone.lake.keys('errors/')).toEqual([])
  expect(await zone.bridge.flush()).toBe(true)
  const rows = await zone.lake.query('quarantine/', 'SELECT stage, "offset", "value" FROM rows WHERE "partition" = 7')
  expect(rows).toEqual([{ stage: 'delivery', offset: '00000000000000000077', value: record.value.toString('base64') }])
})

const TIMES = ['occurred_at', 'received_at', 'appended_at'].map(
  (name) => `strftime(${name}::TIMESTAMP, '%Y-%m-%d %H:%M:%S.%g') AS ${name}`,
)

appendOnlyContract('the Firehose bridge that fails 30 % of records and throttles 10 % of calls', async () => {
  await zone.clear('bronze/')
  await zone.bridge.faults({ failedRecords: 0.3, throttles: 0.1, seed: 1 })
  return {
    table: new FirehoseDelivery<BronzeRow>(putToFirehose(firehoseClient(), 'bronze'), { deadlineMs: 3_000 }),
    async landed() {
      await zone.bridge.faults({})
      expect(await zone.bridge.flush()).toBe(true)
      const rows = await zone.lake.query(
        'bronze/ingest_date=2026-11-20/event_type=tick/',
        `SELECT * EXCLUDE payload_pointer REPLACE (${TIMES.join()}) FROM rows`,
      )
      return rows.flatMap((row) => {
        const whole = { ...row, ingest_date: '2026-11-20', event_type: 'tick' }
        return bronzeRowIn(Buffer.from(JSON.stringify(whole))) ?? []
      })
    },
    break: () => zone.bridge.faults({ throttles: 1 }),
  }
})
