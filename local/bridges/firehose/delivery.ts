import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { BufferFile } from './buffer-file.ts'
import type { Conversion, Destination } from './destination.ts'
import { conversionError } from './error-record.ts'
import type { GlueSchemas } from './glue-schema.ts'
import { ParquetWriter } from './parquet.ts'
import { nameTime } from './prefix.ts'

/** What an object's name and content follow from. */
export interface Place {
  readonly name: string
  readonly version: number
  readonly destination: Destination
}

/** How many events are in S3 now, and the error lines of those that could not be converted. */
export interface Delivered {
  readonly delivered: number
  readonly failed: readonly string[]
}

/** Makes S3 objects of buffers. */
export class Delivery {
  readonly #s3: S3Client
  readonly #schemas: GlueSchemas
  readonly #writer: ParquetWriter

  private constructor(s3: S3Client, schemas: GlueSchemas, writer: ParquetWriter) {
    this.#s3 = s3
    this.#schemas = schemas
    this.#writer = writer
  }

  /** @param endpoint of S3, http://… @param folder for what does not fit into memory */
  static async open(endpoint: string, schemas: GlueSchemas, folder: string): Promise<Delivery> {
    const s3 = new S3Client({ endpoint, forcePathStyle: true, maxAttempts: 1 })
    return new Delivery(s3, schemas, await ParquetWriter.open(folder))
  }

  /** Delivers one buffer, which stays. @throws Error where S3 or Glue does not answer: nothing counts as delivered then */
  async deliver(buffer: BufferFile, place: Place): Promise<Delivered> {
    const { conversion, isGzipped } = place.destination
    if (buffer.header.kind === 'errors') {
      await this.#write(buffer, place, buffer.read(), '')
      return { delivered: buffer.count, failed: [] }
    }
    if (conversion) return this.#convert(buffer, place, conversion)
    const body = Buffer.concat([...buffer.lines()].map((line) => Buffer.from(line.toString('latin1'), 'base64')))
    await this.#write(buffer, place, isGzipped ? gzipSync(body) : body, isGzipped ? '.gz' : '')
    return { delivered: buffer.count, failed: [] }
  }

  async #convert(buffer: BufferFile, destined: Place, conversion: Conversion): Promise<Delivered> {
    const { columns, table } = await this.#schemas.get(conversion)
    const file = `${buffer.path}.parquet`
    try {
      const { rows, bad } = await this.#writer.convert(buffer.path, file, columns, conversion, buffer.count)
      if (rows > 0) await this.#write(buffer, destined, readFileSync(file), '.parquet')
      if (bad.length === 0) return { delivered: rows, failed: [] }
      const reasons = new Map(bad.map((line) => [line.place, line]))
      const failed: string[] = []
      let place = 0
      for (const data of buffer.lines()) {
        const { code, reason } = reasons.get(place) ?? {}
        if (code && reason !== undefined) {
          const times = { arrival: buffer.header.opened, ended: Date.now() }
          failed.push(
            conversionError({ type: 'format-conversion-failed', code, message: reason, ...times, data, place, table }),
          )
        }
        place++
      }
      return { delivered: rows, failed }
    } finally {
      rmSync(file, { force: true })
    }
  }

  async #write({ header }: BufferFile, { name, version, destination }: Place, Body: Buffer, extension: string) {
    const suffix = header.kind === 'data' ? (destination.extension ?? extension) : extension
    const time = nameTime(header.opened, destination.zone)
    const Key = `${header.prefix}${name}-${version}-${time}-${randomUUID()}${suffix}`
    await this.#s3.send(new PutObjectCommand({ Bucket: destination.bucket, Key, Body }))
  }
}
