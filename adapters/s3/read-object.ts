import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3'
import { type AwsConnection, clientSettings } from '#adapters/aws/connection.ts'
import { Refusal } from '#domain/refusal.ts'

/** A client for somebody at a command line; LocalStack's buckets have no host names of their own. */
export const s3Client = (connection: AwsConnection): S3Client =>
  new S3Client({ ...clientSettings(connection), forcePathStyle: connection.endpoint !== undefined })

/** The bytes of an object. @param pointer `s3://bucket/key` @throws Refusal where there is none */
export async function readObject(client: S3Client, pointer: string): Promise<Uint8Array> {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(pointer) ?? []
  if (bucket === undefined || key === undefined) throw new Refusal(`${pointer} is no address of an object in S3.`)
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    return (await Body?.transformToByteArray()) ?? new Uint8Array()
  } catch (error) {
    if (error instanceof NoSuchKey) throw new Refusal(`${pointer} is gone, and with it the bytes of a record.`)
    throw error
  }
}
