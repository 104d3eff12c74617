import { describe, expect, test } from 'vitest'
import type { BronzeRow } from '#domain/lake/rows.ts'
import type { AppendOnly } from '#domain/ports.ts'

export interface TableUnderTest {
  readonly table: AppendOnly<BronzeRow>
  /** All that has landed so far, in any order. */
  landed(): Promise<readonly BronzeRow[]>
  /** From now on nothing can land. */
  break(): Promise<void>
}

/** Rows of one partition, `length` from an offset on. Their payloads differ in length, as events do. */
export const someRows = (length: number, from = 0): readonly BronzeRow[] =>
  Array.from({ length }, (_, i) => ({
    event_id: `tick|simulated|S|${from + i}`,
    occurred_at: '2026-11-20 15:00:00.123',
    received_at: '2026-11-20 15:00:00.143',
    schema_version: 1,
    payload: JSON.stringify({ type: 'tick', venue: 'ü"\\\n', note: 'x'.repeat(((from + i) * 37) % 900) }),
    topic: 'market_data_raw',
    partition: 3,
    offset: String(from + i).padStart(20, '0'),
    appended_at: '2026-11-20 15:00:00.153',
    ingest_date: '2026-11-20',
    event_type: 'tick',
  }))

/** What every append-only table has to do. @param make a table that is empty, however much goes wrong with it */
export function appendOnlyContract(name: string, make: () => Promise<TableUnderTest>): void {
  describe(`${name}: the contract`, () => {
    test('what is acknowledged lands, all of it, as it was', async () => {
      const { table, landed } = await make()
      await Promise.all([table.append(someRows(2_500)), table.append(someRows(1_300, 2_500)), table.append([])])
      const rows = new Map((await landed()).map((row) => [row.offset, row]))
      expect([...rows.values()].sort((a, b) => (a.offset < b.offset ? -1 : 1))).toEqual(someRows(3_800))
    })

    test('what cannot land is not acknowledged; what had landed stays', async () => {
      const { table, landed, break: breakIt } = await make()
      await table.append(someRows(10))
      await breakIt()
      await expect(table.append(someRows(10, 10))).rejects.toThrow(/\w/)
      const offsets = new Set((await landed()).map(({ offset }) => Number(offset)))
      expect(Array.from({ length: 10 }, (_, i) => i).filter((offset) => !offsets.has(offset))).toEqual([])
    })
  })
}
