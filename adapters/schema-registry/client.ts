import { GlueClient } from '@aws-sdk/client-glue'
import { type AwsConnection, clientSettings } from '#adapters/aws/connection.ts'

/**
 * Glue for its schema registry. It gives up after seconds: whoever asks has a batch to answer for, which comes again.
 * @param connection where AWS is. @default as the environment names it
 */
export const registryClient = (connection: AwsConnection = {}): GlueClient =>
  new GlueClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
    ...clientSettings(connection),
  })
