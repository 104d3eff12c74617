import { UNREACHABLE } from './connection.ts'

/**
 * Why a call of AWS failed that may succeed in a moment: it was throttled, the service is in trouble, or nobody answered.
 * @returns undefined where the same call will fail again
 */
export function passingFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error ? String(error.code) : error.name
  const passes = THROTTLES.has(error.name) || statusOf(error) >= 500 || SILENT.has(code)
  return passes ? `${SILENT.has(code) ? code : error.name}: ${error.message}` : undefined
}

/** Of the answer; 0 where there was none. */
function statusOf(error: Error): number {
  if (!('$metadata' in error)) return 0
  const { $metadata: metadata } = error
  const answered = typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
  return answered ? Number(metadata.httpStatusCode) : 0
}

const THROTTLES = new Set([
  'KmsThrottled',
  'LimitExceededException',
  'OverLimit',
  'ProvisionedThroughputExceededException',
  'RequestThrottled',
  'ServiceUnavailableException',
  'ThrottlingException',
])

const SILENT = new Set([...UNREACHABLE, 'EPIPE'])
