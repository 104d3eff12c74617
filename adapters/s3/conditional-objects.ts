import {
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type PutObjectCommandInput,
  paginateListObjectsV2,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3'
import type { ConditionalObjects, TaggedText } from '#domain/ports.ts'

/** Objects of one bucket, with S3's conditional writes; a tag is an object's ETag. */
export class S3ConditionalObjects implements ConditionalObjects {
  readonly #client: S3Client
  readonly #bucket: string

  constructor(client: S3Client, bucket: string) {
    this.#client = client
    this.#bucket = bucket
  }

  async get(key: string): Promise<TaggedText | undefined> {
    try {
      const { Body, ETag } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }))
      return { text: (await Body?.transformToString()) ?? '', tag: ETag ?? '' }
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined
      throw error
    }
  }

  create(key: string, text: string): Promise<boolean> {
    return this.#write(key, text, { IfNoneMatch: '*' })
  }

  replace(key: string, text: string, tag: string): Promise<boolean> {
    return this.#write(key, text, { IfMatch: tag })
  }

  async put(key: string, text: string): Promise<void> {
    await this.#client.send(this.#putting(key, text, {}))
  }

  async list(prefix: string): Promise<readonly string[]> {
    const keys: string[] = []
    for await (const page of paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix: prefix },
    )) {
      for (const { Key } of page.Contents ?? []) if (Key !== undefined) keys.push(Key)
    }
    return keys
  }

  async #write(key: string, text: string, condition: Partial<PutObjectCommandInput>): Promise<boolean> {
    try {
      await this.#client.send(this.#putting(key, text, condition))
      return true
    } catch (error) {
      if (error instanceof S3ServiceException && LOST.has(error.name)) return false
      throw error
    }
  }

  #putting(key: string, text: string, condition: Partial<PutObjectCommandInput>): PutObjectCommand {
    return new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: text,
      ContentType: 'application/json',
      ...condition,
    })
  }
}

/** How S3 says that another one was there first: before, at the same moment, or by deleting what was to be replaced. */
const LOST = new Set(['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey'])
