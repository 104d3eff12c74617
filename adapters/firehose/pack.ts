/** Most events that Firehose takes out of one record, and most records of one call. */
const MOST = 500
/**
 * Bytes of a record. Firehose bills each as a multiple of 5 KB, so few large ones are cheap, and takes 1,000 KiB; half
 * of it leaves room for a row that is large by itself.
 */
const RECORD_BYTES = 500_000
/** Firehose's own limit of a record. */
const RECORD_LIMIT = 1_000 * 1024
/** Bytes of one call. Firehose takes 4 MiB. */
const CALL_BYTES = 4_000_000

/**
 * Packs rows into records of JSON lines: up to 500 rows and 500 KB each, a larger row by itself; every row once, in order.
 * @throws RangeError where a row alone is more than a record can hold
 */
export function packRows(rows: readonly unknown[]): readonly Buffer[] {
  const lines = rows.map((row) => Buffer.from(`${JSON.stringify(row)}\n`))
  const tooLarge = lines.find(({ length }) => length > RECORD_LIMIT)
  if (tooLarge) throw new RangeError(`a row of ${tooLarge.length} bytes does not fit a Firehose record`)
  return grouped(lines, RECORD_BYTES).map((group) => Buffer.concat(group))
}

/** The records of each call: up to 500, up to 4 MB. */
export const packCalls = (records: readonly Buffer[]): readonly (readonly Buffer[])[] => grouped(records, CALL_BYTES)

function grouped(items: readonly Buffer[], mostBytes: number): readonly (readonly Buffer[])[] {
  const groups: Buffer[][] = []
  let bytes = 0
  for (const item of items) {
    const last = groups.at(-1)
    if (last === undefined || last.length === MOST || bytes + item.length > mostBytes) {
      groups.push([item])
      bytes = item.length
    } else {
      last.push(item)
      bytes += item.length
    }
  }
  return groups
}
