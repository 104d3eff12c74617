import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LocalAws } from '#local/bridges/kafka-event-source/aws.ts'
import { MAXIMUM_PAYLOAD, type PendingRecord } from '#local/bridges/kafka-event-source/event.ts'
import { failedRecords, invokeOverHttp } from '#local/bridges/kafka-event-source/invoke.ts'
import { parseMapping } from '#local/bridges/kafka-event-source/mapping.ts'
import { LambdaApi, mappingAnswer } from './lambda-api.ts'

const records: PendingRecord[] = [
  { partition: 0, offset: 5n, timestamp: 0, key: null, text: '' },
  { partition: 0, offset: 6n, timestamp: 0, key: null, text: '' },
  { partition: 1, offset: 5n, timestamp: 0, key: null, text: '' },
]
const mapping = parseMapping(mappingAnswer({}), Date.now())

describe('what a function reports as failed', () => {
  const failed = (answer: unknown) =>
    failedRecords(mapping, typeof answer === 'string' ? answer : JSON.stringify(answer), records)
  const item = (partition: unknown, offset: unknown) => ({ itemIdentifier: { partition, offset } })

  it.each([[null], [{}], [''], [{ batchItemFailures: [] }], [{ batchItemFailures: null }]])(
    'is nothing where it answers %j',
    (answer) => {
      expect(failed(answer)).toEqual([])
    },
  )

  it('is those records, in the order of the batch', () => {
    const failures = [item('market_data_raw-1', 5), item('market_data_raw-0', 6), item('market_data_raw-1', 5)]
    expect(failed({ batchItemFailures: failures })).toEqual([records[1], records[2]])
  })

  it.each([
    ['an offset that was not sent', [item('market_data_raw-0', 6), item('market_data_raw-0', 7)]],
    ['a partition that was not sent', [item('market_data_raw-2', 5)]],
    ['a partition without its topic', [item(0, 5)]],
    ['an offset that is no number', [item('market_data_raw-0', '5')]],
    ['no offset', [item('market_data_raw-0', undefined)]],
    ['a string as identifier', [{ itemIdentifier: 'market_data_raw-0-5' }]],
    ['no identifier', [{}]],
    ['null', [null]],
    ['no list', { partition: 'market_data_raw-0' }],
  ])('is everything where it names %s', (_, failures) => {
    expect(failed({ batchItemFailures: failures })).toBe('all')
  })

  it('is everything where the answer is no JSON', () => {
    expect(failed('oops')).toBe('all')
  })

  it('is not asked for where the mapping does not say so', () => {
    const answer = JSON.stringify({ batchItemFailures: [item('market_data_raw-0', 99)] })
    expect(failedRecords({ ...mapping, reportsItemFailures: false }, answer, records)).toEqual([])
  })
})

describe('an invocation', () => {
  let api: LambdaApi
  let aws: LocalAws
  const event = '{"records":{"market_data_raw-0":[]}}'

  beforeEach(async () => {
    api = new LambdaApi()
    aws = new LocalAws(await api.start(), 'us-east-1')
  })

  afterEach(async () => {
    aws.close()
    await api.stop()
  })

  it.each([
    ['returned', { result: null }, 'returned'],
    ['function error', { error: { errorType: 'Error', errorMessage: 'boom' } }, 'function_error'],
    ['throttled', { status: 429, text: 'Rate Exceeded.' }, 'unreachable'],
    ['missing', { status: 404, text: 'Function not found' }, 'unreachable'],
    ['broken service', { status: 500, text: 'ServiceException' }, 'unreachable'],
    ['too large', { status: 413, text: 'RequestTooLargeException' }, 'too_large'],
    ['cut off', 'cut', 'unreachable'],
  ] as const)('that is %s is told as such', async (_, answer, kind) => {
    api.answer = () => answer
    const { outcome, trouble } = await invokeOverHttp(aws)(mapping, event, records)
    expect(outcome.kind).toBe(kind)
    expect(trouble !== undefined).toBe(kind === 'unreachable')
  })

  it('reaches nobody where nobody listens', async () => {
    await api.stop()
    expect((await invokeOverHttp(aws)(mapping, event, records)).outcome.kind).toBe('unreachable')
    await api.start()
  })

  it('over 6 MB is not sent at all', async () => {
    const { outcome } = await invokeOverHttp(aws)(mapping, `"${'x'.repeat(MAXIMUM_PAYLOAD)}"`, records)
    expect(outcome.kind).toBe('too_large')
    expect(api.calls).toEqual([])
  })
})
