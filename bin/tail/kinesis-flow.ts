import { setTimeout as delay } from 'node:timers/promises'
import type { AwsConnection } from '#adapters/aws/connection.ts'
import type { KeyedRecord, Position } from '#adapters/kinesis/shard-reader.ts'
import { StreamReader } from '#adapters/kinesis/stream-reader.ts'
import { byAppending, type From } from './from.ts'

/** Between two rounds over the shards, ms: each takes five calls a second from everybody. */
const ROUND_MS = 500
/** How far back the last records are looked for, ms, before the whole stream is read for them. */
const WINDOWS = [60_000, 3_600_000]

/** Records of a Kinesis stream as they come, those of one round in the order of their arrival. Ends when `stop` aborts. */
export async function* recordsOfStream(
  connection: AwsConnection,
  stream: string,
  from: From,
  stop: AbortSignal,
): AsyncGenerator<readonly KeyedRecord[]> {
  const { reader, records } =
    typeof from === 'number'
      ? await lastRecords(connection, stream, from, stop)
      : { reader: await StreamReader.open(connection, stream, from), records: [] }
  try {
    if (records.length > 0) yield records
    while (!stop.aborted) {
      const next = await reader.next()
      if (next.records.length > 0) yield next.records.toSorted(byAppending)
      if (next.atEnd) await delay(ROUND_MS, undefined, { signal: stop })
    }
  } catch (error) {
    // Whoever stops it during a pause has it end there.
    if (!stop.aborted) throw error
  } finally {
    reader.close()
  }
}

/** The last `count` records of the stream, whichever shards they stand in, and a reader that goes on after them. */
async function lastRecords(connection: AwsConnection, stream: string, count: number, stop: AbortSignal) {
  const positions: Position[] = WINDOWS.map((window) => ({ since: Date.now() - window }))
  for (const position of positions) {
    const reader = await StreamReader.open(connection, stream, position)
    const records = await drained(reader, count, stop)
    if (records.length >= count) return { reader, records }
    reader.close()
  }
  const reader = await StreamReader.open(connection, stream, 'earliest')
  return { reader, records: await drained(reader, count, stop) }
}

async function drained(reader: StreamReader, count: number, stop: AbortSignal): Promise<readonly KeyedRecord[]> {
  let last: readonly KeyedRecord[] = []
  for (let atEnd = false; !atEnd && !stop.aborted; ) {
    const next = await reader.next()
    last = [...last, ...next.records].sort(byAppending).slice(-count)
    atEnd = next.atEnd
  }
  return last
}
