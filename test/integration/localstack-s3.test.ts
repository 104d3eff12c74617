import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  type DeleteObjectCommandInput,
  GetObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { localstack } from '#local/engines/localstack.ts'
import { portFor } from '#local/ports.ts'

const place = { home: mkdtempSync(join(tmpdir(), 'lodestream-s3-')) }
const Bucket = 'lake'
let s3: S3Client

beforeAll(async () => {
  for (const part of ['kafka', 'elasticache', 'msk']) await portFor(place.home, part)
  const endpoint = await localstack.start(place)
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  s3 = new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true, maxAttempts: 1 })
  await s3.send(new CreateBucketCommand({ Bucket }))
})

afterAll(async () => {
  s3.destroy()
  await localstack.stop(place)
  rmSync(place.home, { recursive: true, force: true })
})

type Conditions = Pick<PutObjectCommandInput & DeleteObjectCommandInput, 'IfMatch' | 'IfNoneMatch'>

/** The new ETag, or the code with which S3 refuses. */
function put(Key: string, Body: string, conditions: Conditions = {}): Promise<string | undefined> {
  return s3.send(new PutObjectCommand({ Bucket, Key, Body, ...conditions })).then(({ ETag }) => ETag, code)
}

function remove(Key: string, IfMatch: string | undefined): Promise<string> {
  return s3.send(new DeleteObjectCommand({ Bucket, Key, IfMatch })).then(() => 'deleted', code)
}

async function text(Key: string): Promise<string | undefined> {
  return (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()
}

const code = ({ name, $metadata }: S3ServiceException): string => `${$metadata.httpStatusCode} ${name}`

describe('conditional writes and deletes, on which leases and ledgers stand', () => {
  it('If-None-Match: * writes only what is not there', async () => {
    expect(await put('new', 'one', { IfNoneMatch: '*' })).toMatch(/^"/)
    expect(await put('new', 'two', { IfNoneMatch: '*' })).toBe('412 PreconditionFailed')
    expect(await text('new')).toBe('one')
  })

  it('If-Match writes only over what was read', async () => {
    const first = await put('kept', 'one')
    const second = await put('kept', 'two', { IfMatch: first })
    expect(await put('kept', 'three', { IfMatch: first })).toBe('412 PreconditionFailed')
    expect(await text('kept')).toBe('two')
    expect(await put('absent', 'one', { IfMatch: second })).toBe('404 NoSuchKey')
  })

  it('If-Match deletes only what was read', async () => {
    const first = await put('held', 'one')
    const second = await put('held', 'two')
    expect(await remove('held', first)).toBe('412 PreconditionFailed')
    expect(await text('held')).toBe('two')
    expect(await remove('held', second)).toBe('deleted')
    expect(await remove('held', second)).toBe('404 NoSuchKey')
  })

  it('of many that write or delete at once one succeeds', async () => {
    const many = Array.from({ length: 24 }, (_, index) => `${index}`)
    const created = await Promise.all(many.map((body) => put('contested', body, { IfNoneMatch: '*' })))
    const winners = created.filter((answer) => answer !== '412 PreconditionFailed')
    expect(winners).toHaveLength(1)
    const ended = await Promise.all(
      many.map((body, index) =>
        index % 2 ? remove('contested', winners[0]) : put('contested', `over ${body}`, { IfMatch: winners[0] }),
      ),
    )
    const refusals = ended.filter((answer) => /^(412 PreconditionFailed|404 NoSuchKey)$/.test(answer ?? ''))
    expect(refusals).toHaveLength(many.length - 1)
  })
})
