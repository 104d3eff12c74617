import fc from 'fast-check'
import { expect, test } from 'vitest'
import { packCalls, packRows } from '#adapters/firehose/pack.ts'
import { seedOf } from '#test/contracts/random.ts'

const seed = seedOf('pack')

/** Many small rows, some of a kilobyte, or a few large ones; each with what JSON has to escape. */
const rows = fc
  .constantFrom({ maxLength: 1_200, most: 40 }, { maxLength: 1_200, most: 1_500 }, { maxLength: 40, most: 600_000 })
  .chain(({ maxLength, most }) => fc.array(fc.nat(most), { maxLength, size: 'max' }))
  .map((sizes) => sizes.map((size, i) => ({ i, text: `ü"\\\n${'x'.repeat(size)}` })))

test('every row comes out once and in order, and no bound is passed', () => {
  fc.assert(
    fc.property(rows, (all) => {
      const records = packRows(all)
      const packed = records.map((record) => record.toString('utf8').trimEnd().split('\n'))
      const calls = packCalls(records)
      return (
        packed.flat().join() === all.map((one) => JSON.stringify(one)).join() &&
        packed.every((lines) => lines.length <= 500) &&
        records.every((record) => record.length <= 1_000 * 1024) &&
        calls.flat().every((record, i) => record === records[i]) &&
        calls.flat().length === records.length &&
        calls.every((call) => call.length <= 500 && bytesOf(call) <= 4 * 1024 * 1024)
      )
    }),
    // To shrink megabytes takes minutes; the seed has it again.
    { seed, numRuns: 30, endOnFailure: true },
  )
})

test('small rows fill a record, for Firehose bills each as a multiple of 5 KB', () => {
  expect(packRows(Array.from({ length: 1_001 }, (_, i) => ({ i }))).map(linesIn)).toEqual([500, 500, 1])
})

test('no row, no record, no call', () => expect(packCalls(packRows([]))).toEqual([]))

test('a row that no record can hold is refused, not cut', () => {
  expect(() => packRows(['x'.repeat(1_024_000)])).toThrow(/1024003 bytes/)
})

const bytesOf = (records: readonly Buffer[]) => records.reduce((sum, { length }) => sum + length, 0)
const linesIn = (record: Buffer) => record.toString('utf8').trimEnd().split('\n').length
