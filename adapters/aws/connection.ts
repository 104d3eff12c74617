import { Refusal } from '#domain/refusal.ts'

/** Where AWS is asked from the command line. */
export interface AwsConnection {
  /** Of LocalStack; undefined for AWS, with the region and credentials of the environment. */
  readonly endpoint?: string
}

/** What a client takes to ask there. LocalStack knows no other account, and takes any key for it. */
export const clientSettings = ({ endpoint }: AwsConnection) =>
  endpoint === undefined
    ? {}
    : { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }

/**
 * The refusal that an error of AWS stands for: it cannot be reached, there are no credentials, or they do not suffice.
 * @param asked names what was asked for: 'the runs' @returns undefined where the error is another one
 */
export function refusalOfAws(error: unknown, asked: string, { endpoint }: AwsConnection): Refusal | undefined {
  if (!(error instanceof Error) || error instanceof Refusal) return undefined
  const at = endpoint ?? 'AWS'
  if (error.name === 'CredentialsProviderError') {
    return new Refusal(`AWS cannot be asked for ${asked} without credentials: sign in, or set AWS_PROFILE.`)
  }
  // The SDK has no class of its own for it.
  if (error.message === 'Region is missing') {
    return new Refusal(`AWS cannot be asked for ${asked} because no region is named: set AWS_REGION.`)
  }
  const code = 'code' in error ? String(error.code) : error.name
  if (UNREACHABLE.has(code)) return new Refusal(`${at} cannot be reached (${code}) to ask for ${asked}: is it up?`)
  if (DENIED.has(error.name)) return new Refusal(`This identity may not ask for ${asked}: ${error.message}`)
  return undefined
}

/** Codes of errors for which nobody answered. */
export const UNREACHABLE: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN', 'TimeoutError'],
])
const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'ExpiredTokenException',
  'UnrecognizedClientException',
  'InvalidSignatureException',
])
