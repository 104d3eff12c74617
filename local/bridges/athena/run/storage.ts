import { HeadBucketCommand, ListObjectsV2Command, NotFound, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { QueryFailure } from '../errors.ts'

/** The objects that statements meet and results become. */
export class Storage {
  readonly #client: S3Client
  /** Seen to be there. */
  readonly #buckets = new Set<string>()

  /** @param endpoint of S3, `http://host:port` */
  constructor(endpoint: string) {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    this.#client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials })
  }

  /** Whether there is such a bucket. */
  async hasBucket(name: string): Promise<boolean> {
    if (this.#buckets.has(name)) return true
    try {
      await this.#client.send(new HeadBucketCommand({ Bucket: name }))
    } catch (error) {
      if (error instanceof NotFound) return false
      throw error
    }
    this.#buckets.add(name)
    return true
  }

  /** Whether anything stands in the folder `s3://bucket/prefix/`. */
  async hasObjects(folder: string): Promise<boolean> {
    const { bucket, key } = objectAt(folder)
    const prefix = key === '' || key.endsWith('/') ? key : `${key}/`
    const listed = await this.#client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 1 }))
    return (listed.KeyCount ?? 0) > 0
  }

  /** Writes an object at `s3://bucket/key`. */
  async put(location: string, body: string): Promise<void> {
    const { bucket, key } = objectAt(location)
    await this.#client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }))
  }
}

/** Bucket and key of `s3://bucket/key`. Throws a QueryFailure where it is no such address. */
export function objectAt(location: string): { readonly bucket: string; readonly key: string } {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(location) ?? []
  if (bucket === undefined) throw new QueryFailure(`INVALID_TABLE_PROPERTY: ${location} is not a location in Amazon S3`)
  return { bucket, key: key ?? '' }
}
