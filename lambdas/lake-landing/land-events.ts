import { bronzeRow, quarantineRow } from '#domain/lake/to-rows.ts'
import type { Bronze, DecodeBatch, LogRecord, Quarantine } from '#domain/ports.ts'

export interface Landing {
  readonly decode: DecodeBatch
  readonly bronze: Bronze
  readonly quarantine: Quarantine
  /** Wall clock, ms. */
  readonly now: () => number
}

/**
 * Lands every record: in bronze, or in quarantine with its reason. There is no third way out but failing, after which
 * all of them have to come again; those that landed land twice, at the same place.
 * @throws where the schema registry cannot answer, before anything lands, or where a row is not acknowledged
 */
export async function landEvents(
  records: readonly LogRecord[],
  { decode, bronze, quarantine, now }: Landing,
): Promise<{ readonly landed: number; readonly quarantined: number }> {
  const { events, rejected } = await decode(records)
  const at = now()
  // Both are waited for, whatever becomes of one: what is still under way at the answer would meet the next delivery.
  const outcomes = await Promise.allSettled([
    bronze.append(events.map(bronzeRow)),
    quarantine.append(rejected.map((record) => quarantineRow(record, at))),
  ])
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  return { landed: events.length, quarantined: rejected.length }
}
