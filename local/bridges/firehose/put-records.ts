import { randomBytes, randomUUID } from 'node:crypto'
import type { Faults } from './faults.ts'
import type { Entry } from './registry.ts'
import { invalidArgument, invalidRequest, slowDown } from './service-error.ts'

/** Most of one record before base64, bytes. */
const MOST_RECORD = 1_024_000
/** Most of a call, bytes. */
const MOST_CALL = 4 * 2 ** 20

type Given = readonly { readonly Data: string }[]

/** PutRecordBatch: takes what the faults leave; the others are answered each with its error, in their places. */
export function putRecordBatch({ stream, throughput, description }: Entry, given: Given, faults: Faults) {
  const records = decode(given, 'records')
  const size = records.reduce((sum, { length }) => sum + length, 0)
  if (size > MOST_CALL) throw invalidArgument('Records size exceeds 4 MB limit')
  if (faults.throttles() || !throughput.take(records.length, size, performance.now())) throw slowDown()
  const failures = records.map(() => faults.failure())
  const taken = records.filter((_, index) => failures[index] === undefined)
  if (taken.length > 0) stream.accept(taken, Date.now())
  const RequestResponses = failures.map((failure) =>
    failure ? { ErrorCode: failure.code, ErrorMessage: failure.message } : { RecordId: recordId() },
  )
  return { FailedPutCount: records.length - taken.length, Encrypted: Boolean(description.encryption), RequestResponses }
}

/** PutRecord: takes the record, or the whole call fails. */
export function putRecord({ stream, throughput, description }: Entry, given: Given[number], faults: Faults) {
  const records = decode([given], 'record')
  const size = records[0]?.length ?? 0
  if (faults.throttles() || !throughput.take(1, size, performance.now())) throw slowDown()
  stream.accept(records, Date.now())
  return { RecordId: recordId(), Encrypted: Boolean(description.encryption) }
}

function decode(given: Given, where: string): Buffer[] {
  return given.map(({ Data }, index) => {
    const record = Buffer.from(Data, 'base64')
    if (record.length <= MOST_RECORD) return record
    const place = where === 'record' ? 'record.data' : `records.${index + 1}.member.data`
    throw invalidRequest(
      `1 validation error detected: Value at '${place}' failed to satisfy constraint: Member must have length less than or equal to ${MOST_RECORD}`,
    )
  })
}

/** Of AWS's length. Its text means nothing to anybody, so the costly part is made once. */
const recordId = () => `${PROCESS}${randomUUID()}`
const PROCESS = randomBytes(108).toString('base64url')
