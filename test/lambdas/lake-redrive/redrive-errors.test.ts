import { beforeEach, describe, expect, test } from 'vitest'
import { encoderOf } from '#adapters/avro/encode-events.ts'
import { recordOfRow } from '#adapters/avro/record-of-row.ts'
import { tick } from '#domain/events/tick.ts'
import type { BronzeRow, QuarantineRow } from '#domain/lake/rows.ts'
import { bronzeRow, quarantineRow } from '#domain/lake/to-rows.ts'
import type { LogRecord, Undelivered } from '#domain/ports.ts'
import { redriveErrors } from '#lambdas/lake-redrive/redrive-errors.ts'
import { validEvent } from '#test/contracts/bad-ticks.ts'
import { InMemoryTable } from '#test/contracts/in-memory-table.ts'
import { seeded, seedOf } from '#test/contracts/random.ts'

const random = seeded(seedOf('redrive'))
const NOW = Date.UTC(2026, 10, 21, 12)

/** What stands below `errors/`, in memory. */
class Errors implements Undelivered {
  readonly objects = new Map<string, readonly string[]>()
  async *names() {
    yield* [...this.objects.keys()]
  }
  async *lines(name: string) {
    yield* this.objects.get(name) ?? []
  }
  async delete(name: string) {
    this.objects.delete(name)
  }
}

let undelivered: Errors
let bronze: InMemoryTable<BronzeRow>
let quarantine: InMemoryTable<QuarantineRow>
beforeEach(() => {
  undelivered = new Errors()
  bronze = new InMemoryTable()
  quarantine = new InMemoryTable()
})

const redrive = (deadline = NOW) =>
  redriveErrors({
    undelivered,
    bronze,
    quarantine,
    recordOf: async (row) => recordOfRow(row),
    now: () => NOW,
    deadline,
  })

const record = (offset: number): LogRecord => ({
  topic: 'market_data_raw',
  partition: 2,
  offset: BigInt(offset),
  appendedAt: NOW - 86_400_000,
  value: encoderOf(tick)(validEvent(tick, random)),
})
function rowOf(offset: number): { readonly row: BronzeRow; readonly value: Uint8Array } {
  const event = validEvent(tick, random)
  const value = encoderOf(tick)(event)
  return { row: bronzeRow({ event, id: `tick|${offset}`, at: NOW, record: { ...record(offset), value } }), value }
}
const text = (...rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
const failed = (code: string, data: string) =>
  JSON.stringify({
    attemptsMade: 1,
    errorCode: code,
    errorMessage: 'it says',
    rawData: Buffer.from(data).toString('base64'),
  })
const unconverted = (data: string) =>
  JSON.stringify({
    attemptsMade: 1,
    lastErrorCode: 'DataFormatConversion.MalformedData',
    lastErrorMessage: 'Data does not match the schema.',
    rawData: Buffer.from(data).toString('base64'),
    sequenceNumber: '7',
    subSequenceNumber: null,
  })

const FULL = 'DynamicPartitioning.ActivePartitionLimitExceeded'
const NO_METADATA = 'DynamicPartitioning.MetadataExtractionFailed'

describe('what may pass the next time', () => {
  test('is put back, one event or many in a record', async () => {
    const rows = [1, 2, 3].map((offset) => rowOf(offset).row)
    undelivered.objects.set('errors/bronze/a/1', [
      failed(FULL, text(rows[0], rows[1])),
      '',
      failed(FULL, text(rows[2]).trim()),
    ])
    expect(await redrive()).toEqual({ objects: 1, put_back: 3, quarantined: 0, is_cut_short: false, failures: [] })
    expect(bronze.rows).toEqual(rows)
    expect(undelivered.objects.size).toBe(0)
  })

  test('is a packed record without the line that spoilt it, which is set aside as it was', async () => {
    const { row } = rowOf(1)
    undelivered.objects.set('errors/bronze/a/1', [failed(NO_METADATA, `${text(row)}no row\n`)])
    expect(await redrive()).toMatchObject({ put_back: 1, quarantined: 1 })
    expect(bronze.rows).toEqual([row])
    expect(quarantine.rows).toMatchObject([
      {
        topic: 'firehose-bronze',
        code: NO_METADATA,
        value: Buffer.from('no row').toString('base64'),
        ingest_date: '2026-11-21',
      },
    ])
  })
})

test.each([
  ['converted', unconverted],
  ['partitioned', (data: string) => failed(NO_METADATA, data)],
])(
  'what cannot be %s goes to quarantine with its place, its reason, and the bytes that the topic had',
  async (_, line) => {
    const { row, value } = rowOf(5)
    undelivered.objects.set('errors/bronze/a/1', [line(text(row).trim())])
    expect(await redrive()).toMatchObject({ put_back: 0, quarantined: 1 })
    const { topic, partition, offset, appended_at, ingest_date } = row
    expect(quarantine.rows).toEqual([
      {
        quarantined_at: '2026-11-21 12:00:00.000',
        stage: 'delivery',
        code: expect.stringMatching(/^D/),
        reason: expect.stringMatching(/says|schema/),
        value: Buffer.from(value).toString('base64'),
        ...{ topic, partition, offset, appended_at, ingest_date },
      },
    ])
  },
)

test('a large payload stays where it is, pointed at', async () => {
  const { payload, ...row } = rowOf(5).row
  undelivered.objects.set('errors/bronze/a/1', [unconverted(text({ ...row, payload_pointer: 's3://lake/large/a' }))])
  await redrive()
  expect(quarantine.rows).toMatchObject([{ value_pointer: 's3://lake/large/a' }])
  expect(quarantine.rows[0]).not.toHaveProperty('value')
})

test('a quarantine row stays one, whatever was wrong with it', async () => {
  const row = quarantineRow({ record: record(9), stage: 'contract', code: 'price_not_positive', reason: 'price' }, NOW)
  undelivered.objects.set('errors/quarantine/a/1', [unconverted(text(row)), failed(FULL, text(row))])
  expect(await redrive()).toMatchObject({ put_back: 2, quarantined: 0 })
  expect(quarantine.rows).toEqual([row, row])
})

test('an object stays until all of it is acknowledged, and stops no other', async () => {
  const { row } = rowOf(0)
  const rows = Array.from({ length: 5_001 }, (_, i) => ({ ...row, offset: String(i).padStart(20, '0') }))
  undelivered.objects.set('errors/bronze/a/1', [
    failed(FULL, text(...rows.slice(0, 5_000))),
    failed(FULL, text(rows[5_000])),
  ])
  undelivered.objects.set('errors/bronze/a/2', ['{"no":"error record"}'])
  undelivered.objects.set('errors/bronze/a/3', [failed(FULL, text(rows[0]))])
  bronze.failure = new Error('Slow down.')
  const { failures, ...counts } = await redrive()
  expect(counts).toEqual({ objects: 1, put_back: 1, quarantined: 0, is_cut_short: false })
  expect(failures.map(({ object, error }) => `${object}: ${error}`)).toEqual([
    'errors/bronze/a/1: Error: Slow down.',
    'errors/bronze/a/2: UnknownErrorLine: {"no":"error record"} is no error record of Firehose\'s',
  ])
  expect([...undelivered.objects.keys()]).toEqual(['errors/bronze/a/1', 'errors/bronze/a/2'])
  expect(await redrive()).toMatchObject({ objects: 1, put_back: 5_001 })
})

test('past its time it begins no object', async () => {
  undelivered.objects.set('errors/bronze/a/1', [failed(FULL, text(rowOf(1).row))])
  expect(await redrive(NOW - 1)).toMatchObject({ objects: 0, is_cut_short: true })
  expect(undelivered.objects.size).toBe(1)
})
