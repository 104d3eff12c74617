import { jsonOf } from '#domain/json.ts'
import type { LocalAws } from './aws.ts'
import type { Outcome } from './delivery.ts'
import { MAXIMUM_PAYLOAD, type PendingRecord } from './event.ts'
import type { Mapping } from './mapping.ts'

/** An invocation's outcome and what Lambda said about it; `trouble` is the reason where the function was not reached. */
export interface Invocation {
  readonly outcome: Outcome
  readonly requestId?: string
  readonly version?: string
  readonly error?: string
  readonly trouble?: string
}

/** Invokes a mapping's function with an event that holds `records`. Never rejects: all that can go wrong is an outcome. */
export type Invoke = (mapping: Mapping, event: string, records: readonly PendingRecord[]) => Promise<Invocation>

/** Longer than Lambda lets any function run. */
const LONGEST_RUN_MS = 905_000

/** Synchronous invocations through Lambda's HTTP API. */
export function invokeOverHttp(aws: LocalAws): Invoke {
  return async (mapping, event, records) => {
    if (event.length > MAXIMUM_PAYLOAD) return { outcome: { kind: 'too_large' } }
    try {
      const answer = await aws.call({
        service: 'lambda',
        method: 'POST',
        path: `/2015-03-31/functions/${encodeURIComponent(mapping.functionArn)}/invocations`,
        headers: { 'content-type': 'application/json', 'x-amz-invocation-type': 'RequestResponse' },
        body: event,
        timeoutMs: LONGEST_RUN_MS,
      })
      const said = {
        ...(typeof answer.headers['x-amzn-requestid'] === 'string' && {
          requestId: answer.headers['x-amzn-requestid'],
        }),
        ...(typeof answer.headers['x-amz-executed-version'] === 'string' && {
          version: answer.headers['x-amz-executed-version'],
        }),
      }
      if (answer.status === 413) return { outcome: { kind: 'too_large' }, ...said }
      if (answer.status !== 200) {
        return {
          outcome: { kind: 'unreachable' },
          trouble: `Lambda answered ${answer.status} ${answer.text.slice(0, 300)}`,
          ...said,
        }
      }
      if (answer.headers['x-amz-function-error'] !== undefined) {
        return { outcome: { kind: 'function_error' }, error: answer.text.slice(0, 500), ...said }
      }
      return { outcome: { kind: 'returned', failed: failedRecords(mapping, answer.text, records) }, ...said }
    } catch (error) {
      return { outcome: { kind: 'unreachable' }, trouble: error instanceof Error ? error.message : String(error) }
    }
  }
}

/**
 * The records that a function's answer reports as failed. Nothing without ReportBatchItemFailures, nor for an empty or null
 * answer; `'all'` where the report is malformed or names a partition or offset that was not sent.
 */
export function failedRecords(
  { reportsItemFailures, topic }: Pick<Mapping, 'reportsItemFailures' | 'topic'>,
  answer: string,
  records: readonly PendingRecord[],
): readonly PendingRecord[] | 'all' {
  if (!reportsItemFailures || answer === '') return []
  const response = jsonOf(answer)
  if (response === undefined) return 'all'
  const failures = member(response, 'batchItemFailures')
  if (failures === undefined || failures === null) return []
  if (!Array.isArray(failures)) return 'all'
  if (failures.length === 0) return []
  const sent = new Map(records.map((record) => [`${topic}-${record.partition}@${record.offset}`, record]))
  const failed = new Set<PendingRecord>()
  for (const failure of failures) {
    const identifier = member(failure, 'itemIdentifier')
    const record = sent.get(`${member(identifier, 'partition')}@${member(identifier, 'offset')}`)
    if (record === undefined || typeof member(identifier, 'offset') !== 'number') return 'all'
    failed.add(record)
  }
  return records.filter((record) => failed.has(record))
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
