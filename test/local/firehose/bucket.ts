import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { DuckDBInstance } from '@duckdb/node-api'

/** A bucket that a test reads back. */
export class Bucket {
  readonly name: string
  readonly #s3: S3Client
  readonly #folder: string

  /** @param folder for copies of its Parquet files */
  constructor(name: string, endpoint: string, folder: string) {
    this.name = name
    this.#folder = join(folder, name)
    this.#s3 = new S3Client({
      endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
  }

  async create(): Promise<void> {
    await this.#s3.send(new CreateBucketCommand({ Bucket: this.name }))
  }

  async keys(prefix = ''): Promise<string[]> {
    const { Contents = [] } = await this.#s3.send(new ListObjectsV2Command({ Bucket: this.name, Prefix: prefix }))
    return Contents.flatMap(({ Key }) => Key ?? [])
  }

  async read(key: string): Promise<Buffer> {
    const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: this.name, Key: key }))
    return Buffer.from((await Body?.transformToByteArray()) ?? [])
  }

  /** The lines of every object below a prefix, as JSON. */
  async jsonLines(prefix: string): Promise<Record<string, unknown>[]> {
    const texts = await Promise.all((await this.keys(prefix)).map((key) => this.read(key)))
    return texts.flatMap((text) =>
      text
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    )
  }

  /** What a query answers over every Parquet file below a prefix, as its table `rows`; values in JSON's types. */
  async query(prefix: string, sql: string): Promise<Record<string, unknown>[]> {
    rmSync(this.#folder, { recursive: true, force: true })
    mkdirSync(this.#folder, { recursive: true })
    for (const [index, key] of (await this.keys(prefix)).entries()) {
      writeFileSync(join(this.#folder, `${index}.parquet`), await this.read(key))
    }
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
    const connection = await instance.connect()
    try {
      await connection.run("SET TimeZone = 'UTC'")
      const rows = `WITH rows AS (SELECT * FROM '${this.#folder}/*.parquet')`
      return (await connection.runAndReadAll(`${rows} ${sql}`)).getRowObjectsJson() as Record<string, unknown>[]
    } finally {
      connection.closeSync()
      instance.closeSync()
    }
  }
}
