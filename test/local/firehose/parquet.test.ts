import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Conversion } from '#local/bridges/firehose/destination.ts'
import type { Column } from '#local/bridges/firehose/glue-schema.ts'
import { ParquetWriter } from '#local/bridges/firehose/parquet.ts'
import { seedOf } from '#test/contracts/random.ts'

const folder = mkdtempSync(join(tmpdir(), 'lodestream-parquet-'))
const from = join(folder, 'in.lines')
const to = join(folder, 'out.parquet')
const openx: Conversion = {
  database: 'd',
  table: 't',
  region: 'us-east-1',
  version: 'LATEST',
  compression: 'GZIP',
  serde: 'openx',
  keyOf: {},
  millis: false,
}
let writer: ParquetWriter

beforeAll(async () => {
  writer = await ParquetWriter.open(folder)
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

async function convert(lines: readonly string[], columns: readonly Column[], conversion: Conversion = openx) {
  writeFileSync(from, `${lines.join('\n')}\n`)
  const { rows, bad } = await writer.convert(from, to, columns, conversion, lines.length)
  return { rows, bad: bad.map(({ place, code, reason }) => `${place} ${code.split('.')[1]} ${reason}`) }
}

async function read(sql: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  const rows = (await connection.runAndReadAll(sql.replace('FILE', `'${to}'`))).getRowsJson()
  connection.closeSync()
  instance.closeSync()
  return rows
}

const column = (type: string): Column[] => [{ name: 'v', type }]

describe('a value', () => {
  it.each([
    ['int', '2147483647', '2147483647'],
    ['int', '"-5"', '-5'],
    ['int', 'null', null],
    ['tinyint', '-128', '-128'],
    ['bigint', '9223372036854775807', '9223372036854775807'],
    ['double', '1e-7', '1e-07'],
    ['decimal(5,2)', '"1.005"', '1.01'],
    ['boolean', '"TRUE"', 'true'],
    ['date', '"2026-02-28"', '2026-02-28'],
    ['string', '{"a": [1]}', '{"a":[1]}'],
    ['timestamp', '"2026-1-2 03:04:05.6"', '2026-01-02 03:04:05.6+00'],
    ['timestamp', '-1', '1969-12-31 23:59:59+00'],
    ['timestamp', '1518033528.123', '2018-02-07 19:58:48.123+00'],
  ])('of type %s: %s', async (type, json, expected) => {
    expect(await convert([`{"v":${json}}`], column(type))).toEqual({ rows: 1, bad: [] })
    expect(await read('SELECT v::VARCHAR FROM FILE')).toEqual([[expected]])
  })

  it.each([
    ['int', '2147483648'],
    ['int', '1.5'],
    ['int', '"1e3"'],
    ['tinyint', '128'],
    ['bigint', '9223372036854775808'],
    ['decimal(5,2)', '1000'],
    ['boolean', '1'],
    ['date', '"2026-02-30"'],
    ['timestamp', '"2026-11-20T14:03:59+02:00"'],
    ['timestamp', '"2026-11-20T14:03:59"'],
    ['timestamp', '"2026-11-20 24:03:59"'],
  ])('that is no %s: %s', async (type, json) => {
    const text = json.replaceAll('"', '')
    const { rows, bad } = await convert(['{}', `{"v":${json}}`], column(type))
    expect(rows).toBe(1)
    expect(bad).toEqual([`1 MalformedData Data does not match the schema: v is no ${type}: ${text}`])
  })
})

it('comes back as it was, whatever it is', async () => {
  const digits = (most: number) => fc.bigInt({ min: -(10n ** BigInt(most)) + 1n, max: 10n ** BigInt(most) - 1n })
  const row = fc.record({
    text: fc.option(fc.string({ unit: 'binary' })),
    whole: fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    amount: fc.option(digits(38)),
    at: fc.option(fc.bigInt({ min: 0n, max: 253_402_300_799_999_999n })),
  })
  const rows = fc.sample(row, { numRuns: 2_000, seed: seedOf('parquet') })
  const sign = (value: bigint) => (value < 0n ? '-' : '')
  const decimal = (value: bigint) => {
    const text = String(value < 0n ? -value : value).padStart(9, '0')
    return `${sign(value)}${text.slice(0, -8)}.${text.slice(-8)}`
  }
  const time = (micros: bigint) => {
    const ms = new Date(Number(micros / 1000n)).toISOString().replace('T', ' ').slice(0, -1)
    return `${ms}${String(micros % 1000n).padStart(3, '0')}`
  }
  const lines = rows.map(({ text, whole, amount, at }) => {
    const rest = JSON.stringify({
      text,
      amount: amount === null ? null : decimal(amount),
      at: at === null ? null : time(at),
    })
    return `{"whole":${whole},${rest.slice(1)}`
  })
  const columns = ['text string', 'whole bigint', 'amount decimal(38,8)', 'at timestamp'].map((each) => {
    const [name = '', type = ''] = each.split(' ')
    return { name, type }
  })
  expect(await convert(lines, columns)).toEqual({ rows: rows.length, bad: [] })
  const found = await read(
    'SELECT hex(encode(text)), whole::VARCHAR, amount::VARCHAR, epoch_us("at")::VARCHAR FROM FILE',
  )
  expect(found).toEqual(
    rows.map(({ text, whole, amount, at }) => [
      text === null ? null : Buffer.from(text).toString('hex').toUpperCase(),
      whole === null ? null : String(whole),
      amount === null ? null : decimal(amount),
      at === null ? null : String(at),
    ]),
  )
})

it('leaves out the bad lines alone, malformed ones too, and writes no file of nothing', async () => {
  const lines = ['{"v":1}', '{"v":"x"}', '{"v":"\\ud800"}', '{"v":2}', '{"v":']
  const { rows, bad } = await convert(lines, column('int'))
  expect(rows).toBe(2)
  expect(bad.map((line) => line.slice(0, 8))).toEqual(['1 Malfor', '2 ParseE', '4 ParseE'])
  expect(await read('SELECT v FROM FILE')).toEqual([[1], [2]])
  expect(await convert(['{"v":"x"}'], column('int'))).toMatchObject({ rows: 0 })
  expect(existsSync(to)).toBe(false)
})

it("Hive's reader takes no number that is a string, and times as SQL or in ms", async () => {
  const hive = { ...openx, serde: 'hive' as const }
  expect(await convert(['{"v":"1"}', '{"v":1}'], column('int'), hive)).toMatchObject({ rows: 1 })
  expect(await convert(['{"v":"2026-11-20T14:03:59Z"}'], column('timestamp'), hive)).toMatchObject({ rows: 0 })
  expect(await convert(['{"v":"2026-11-20 14:03:59"}'], column('timestamp'), hive)).toMatchObject({ rows: 1 })
  await convert(['{"v":1518033528123}'], column('timestamp'), { ...hive, millis: true })
  expect(await read('SELECT v::VARCHAR FROM FILE')).toEqual([['2018-02-07 19:58:48.123+00']])
})

it('columns of odd names, and a column that is read from another key', async () => {
  const columns = [
    { name: 'a"b', type: 'string' },
    { name: "it's", type: 'string' },
    { name: 'offset', type: 'string' },
  ]
  const conversion = { ...openx, keyOf: { offset: 'o.f' } }
  expect(await convert(['{"a\\"b":"1","it\'s":"2","o.f":"3","offset":"4"}'], columns, conversion)).toMatchObject({
    rows: 1,
  })
  expect(await read('SELECT * FROM FILE')).toEqual([['1', '2', '3']])
})

it('a buffer full of the largest records', async () => {
  const line = JSON.stringify({ v: 'x'.repeat(1_000_000) })
  expect(
    await convert(
      Array.from({ length: 70 }, () => line),
      column('string'),
    ),
  ).toEqual({ rows: 70, bad: [] })
})

it('an unknown type is said, not guessed', async () => {
  await expect(convert(['{}'], column('array<int>'))).rejects.toThrow(/array<int>/)
})
