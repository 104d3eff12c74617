import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
import { prefixes } from '#domain/lake/names.ts'
import type { Undelivered } from '#domain/ports.ts'
import type { Objects } from './large-objects.ts'

/** What stands below `errors/` in the lake's bucket. */
export class UndeliveredObjects implements Undelivered {
  readonly #client: S3Client
  readonly #bucket: string

  constructor({ client, bucket }: Objects) {
    this.#client = client
    this.#bucket = bucket
  }

  async *names(): AsyncIterable<string> {
    const pages = paginateListObjectsV2({ client: this.#client }, { Bucket: this.#bucket, Prefix: prefixes.errors })
    for await (const { Contents = [] } of pages) for (const { Key } of Contents) if (Key !== undefined) yield Key
  }

  async *lines(name: string): AsyncIterable<string> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: name }))
    if (!(Body instanceof Readable)) throw new TypeError(`S3 answered ${name} without a stream`)
    yield* createInterface({ input: Body, crlfDelay: Number.POSITIVE_INFINITY })
  }

  async delete(name: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: name }))
  }
}
