import { join } from 'node:path'
import { expect } from 'vitest'
import { environment } from '#local/engines/python.ts'
import { loadState, repository } from '#local/state.ts'
import { caughtUp, home, lodestream } from './platform.ts'
import { piped } from './recomputed.ts'

/** One row of an answer: columns as text, null where there is nothing. */
export type Row = Readonly<Record<string, string | null>>

const ARRIVED = "ingest_date >= current_date - interval '1' day"
/**
 * What a run's tests have landed, all of it today's, whatever day it tells of: without the day of arrival a query asks
 * S3 for each day since the lake began, times each event.
 */
export const BRONZE = `(select * from bronze.events where ${ARRIVED})`
export const QUARANTINE = `(select * from ops.quarantine where ${ARRIVED})`

/** Asks the lake as an analyst does. @param sql with logical names such as gold.ohlc_daily */
export async function rows(sql: string): Promise<readonly Row[]> {
  return JSON.parse(await lodestream('query', sql, '--json')).rows
}

/** The one figure that a query answers with. */
export async function figure(sql: string): Promise<string | null> {
  const [row] = await rows(sql)
  return Object.values(row ?? {})[0] ?? null
}

/** What a refresh did, by table and day. */
export interface Refreshed {
  readonly run: string
  readonly tables: readonly {
    readonly table: string
    readonly date: string | null
    /** published, unchanged, failed … */
    readonly state: string
    readonly inserted: number
    readonly updated: number
    readonly deleted: number
    readonly says: string
  }[]
}

/** Refreshes, and follows it to its end. */
export async function refresh(...words: readonly string[]): Promise<Refreshed> {
  return JSON.parse(await lodestream('refresh', ...words, '--json'))
}

/** Waits until every record that was acknowledged stands in S3: through the consumers, and out of Firehose's buffers. */
export async function landed(): Promise<void> {
  await caughtUp()
  const firehose = `http://127.0.0.1:${loadState(home()).ports.firehose}`
  const flushed = await fetch(`${firehose}/flush`, { method: 'POST' })
  expect(flushed.status, await flushed.text()).toBe(200)
}

/** Silver and gold of these events by test/recompute, which shares no code with the platform. */
export async function recomputedLake(events: readonly object[]): Promise<Readonly<Record<string, readonly Row[]>>> {
  const folder = join(repository, 'test', 'recompute')
  const python = await environment(join(folder, 'requirements.lock'))
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('')
  return JSON.parse(await piped(python, [join(folder, 'lake.py')], lines))
}
