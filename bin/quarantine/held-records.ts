import { AthenaLake } from '#adapters/athena/athena-lake.ts'
import { athenaClient } from '#adapters/athena/reported-query.ts'
import type { AwsConnection } from '#adapters/aws/connection.ts'
import { readObject, s3Client } from '#adapters/s3/read-object.ts'
import type { Held } from '#domain/lake/release.ts'
import type { QuarantineRow } from '#domain/lake/rows.ts'
import type { Lake } from '#domain/ports.ts'
import { Refusal } from '#domain/refusal.ts'
import { namesIn } from '../stage.ts'

/** Objects read at once. */
const AT_ONCE = 8

/** The lake of a stage, for the reads of this command line. @param signal stops what is under way */
export const lakeOf = (stage: string, connection: AwsConnection, signal?: AbortSignal): Lake =>
  new AthenaLake({
    client: athenaClient(connection),
    workgroup: namesIn(stage).queries,
    ...(signal && { signal }),
  })

/** The rows with their original bytes; those too large for a row are fetched. @throws Refusal where an object is gone */
export async function withBytes(rows: readonly QuarantineRow[], connection: AwsConnection): Promise<readonly Held[]> {
  const client = s3Client(connection)
  const held: Held[] = []
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const some = rows.slice(from, from + AT_ONCE).map(async (row) => ({ row, value: await bytesOf(row) }))
    held.push(...(await Promise.all(some)))
  }
  return held

  async function bytesOf({ value, value_pointer }: QuarantineRow): Promise<Uint8Array> {
    if (value !== undefined) return Buffer.from(value, 'base64')
    if (value_pointer !== undefined) return readObject(client, value_pointer)
    throw new Refusal(
      'A record of quarantine has neither bytes nor an object that has them: it cannot be read any more.',
    )
  }
}
