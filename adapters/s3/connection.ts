import { S3Client } from '@aws-sdk/client-s3'

/**
 * S3 as the environment names it: AWS, or LocalStack where AWS_ENDPOINT_URL leads there, whose buckets have no host names
 * of their own.
 */
export const lakeObjects = (environment: Readonly<Record<string, string | undefined>>): S3Client =>
  new S3Client({ forcePathStyle: Boolean(environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL) })
