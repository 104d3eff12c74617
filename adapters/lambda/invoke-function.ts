import { InvokeCommand, LambdaClient, LambdaServiceException } from '@aws-sdk/client-lambda'
import { type AwsConnection, clientSettings, UNREACHABLE } from '#adapters/aws/connection.ts'
import { Refusal } from '#domain/refusal.ts'

/** As long as a function may run, and a little more for the answer. */
const PATIENCE = 16 * 60_000

/**
 * Calls a function and waits for its answer, which is parsed as JSON.
 * @throws Refusal where there is no such function, it is busy, nobody lets us call it, or it fails.
 */
export async function invokeFunction(name: string, payload: unknown, connection: AwsConnection): Promise<unknown> {
  const client = new LambdaClient({
    // A second try could meet the first one still at work.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: PATIENCE },
    ...clientSettings(connection),
  })
  try {
    const answer = await client.send(
      new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(payload)) }),
    )
    const text = Buffer.from(answer.Payload ?? []).toString('utf8')
    const value: unknown = text === '' ? undefined : JSON.parse(text)
    if (answer.FunctionError === undefined) return value
    throw new Refusal(`${name} failed: ${messageOf(value) ?? answer.FunctionError}; its log says more.`)
  } catch (error) {
    throw refusalOf(name, connection.endpoint, error) ?? error
  } finally {
    client.destroy()
  }
}

function refusalOf(name: string, endpoint: string | undefined, error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || error instanceof Refusal) return undefined
  const at = endpoint ?? 'AWS'
  switch (error.name) {
    case 'ResourceNotFoundException':
      return new Refusal(
        `There is no function ${name} at ${at}: deploy the stage first, or name another one with --stage.`,
      )
    case 'TooManyRequestsException':
      return new Refusal(`${name} is at work already, and does one thing at a time: try again in a minute.`)
    case 'CredentialsProviderError':
      return new Refusal(`AWS cannot be asked for ${name} without credentials: sign in, or set AWS_PROFILE.`)
    default:
  }
  if (error instanceof LambdaServiceException && error.$metadata.httpStatusCode === 403) {
    return new Refusal(`This identity may not call ${name}: ${error.message}`)
  }
  const code = 'code' in error ? String(error.code) : error.name
  return UNREACHABLE.has(code) ? new Refusal(`${at} cannot be reached (${code}) to call ${name}: is it up?`) : undefined
}

const messageOf = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && 'errorMessage' in value ? String(value.errorMessage) : undefined
