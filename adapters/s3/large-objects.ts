import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { prefixes } from '#domain/lake/names.ts'
import type { BronzeRow, Place, QuarantineRow } from '#domain/lake/rows.ts'
import type { AppendOnly } from '#domain/ports.ts'

/** A bucket, and the client to reach it by. */
export interface Objects {
  readonly client: S3Client
  readonly bucket: string
}

/** What of a row can be large, and how the row points at it instead. */
export interface LargeContent<Row> {
  contentOf(row: Row): Uint8Array | undefined
  pointing(row: Row, pointer: string): Row
}

/** A bronze row's payload: the object holds its JSON text. */
export const payloads: LargeContent<BronzeRow> = {
  contentOf: ({ payload }) => (payload === undefined ? undefined : Buffer.from(payload)),
  pointing: ({ payload, ...row }, payload_pointer) => ({ ...row, payload_pointer }),
}

/** A quarantined record's value: the object holds its bytes, as they were. */
export const values: LargeContent<QuarantineRow> = {
  contentOf: ({ value }) => (value === undefined ? undefined : Buffer.from(value, 'base64')),
  pointing: ({ value, ...row }, value_pointer) => ({ ...row, value_pointer }),
}

/**
 * Content above this goes to an object of its own, bytes. Spelled in a row, text within JSON or as base64, it grows to
 * twice as much at most, which a Firehose record of 1,000 KiB still takes.
 */
const LARGEST_IN_ROW = 400_000

/** Puts at once, so that a batch of large rows does not open a connection each. */
const PUTS_AT_ONCE = 8

/**
 * Appends rows; the content of one that is too large for its stream goes to `large/<topic>/<partition>/<offset>` first,
 * and the row carries the address. The name follows from the place, so appending again writes the same object.
 */
export class AppendingLarge<Row extends Place> implements AppendOnly<Row> {
  readonly #inner: AppendOnly<Row>
  readonly #large: LargeContent<Row>
  readonly #client: S3Client
  readonly #bucket: string

  constructor(inner: AppendOnly<Row>, large: LargeContent<Row>, { client, bucket }: Objects) {
    this.#inner = inner
    this.#large = large
    this.#client = client
    this.#bucket = bucket
  }

  async append(rows: readonly Row[]): Promise<void> {
    const light = [...rows]
    const heavy = rows.flatMap((row, at) => {
      const content = this.#large.contentOf(row)
      return content !== undefined && content.length > LARGEST_IN_ROW ? [{ at, row, content }] : []
    })
    for (let from = 0; from < heavy.length; from += PUTS_AT_ONCE) {
      const puts = heavy.slice(from, from + PUTS_AT_ONCE).map(async ({ at, row, content }) => {
        light[at] = this.#large.pointing(row, await this.#put(row, content))
      })
      await Promise.all(puts)
    }
    await this.#inner.append(light)
  }

  async #put({ topic, partition, offset }: Row, content: Uint8Array): Promise<string> {
    const key = `${prefixes.large}${topic}/${partition}/${offset}`
    await this.#client.send(new PutObjectCommand({ Bucket: this.#bucket, Key: key, Body: content }))
    return `s3://${this.#bucket}/${key}`
  }
}
