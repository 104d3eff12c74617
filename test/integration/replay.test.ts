import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CommandLine } from '#test/adapters/kafka/command-line.ts'

/** Stands for Lambda's Invoke: what was asked, and what it is to answer. */
let server: Server
let asked: { readonly path: string; readonly payload: unknown }[] = []
let answer: { status: number; headers?: Record<string, string>; body: unknown } = { status: 200, body: {} }

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(Buffer.from(chunk))
    asked.push({ path: request.url ?? '', payload: JSON.parse(Buffer.concat(chunks).toString()) })
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    response.end(JSON.stringify(answer.body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => server.close())

async function replay(...words: string[]): Promise<CommandLine & { code: number | null }> {
  asked = []
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_REGION: 'us-east-1' }
  const run = new CommandLine(['replay', ...words], env)
  return Object.assign(run, { code: await run.end() })
}

const partition = (number: number, outcome: string, more: object = {}) => ({
  topic: 'market_data_raw',
  partition: number,
  outcome,
  ...more,
})

test('asks for what was named, and shows what became of each partition', async () => {
  const rebuilt = partition(0, 'rebuilt', { generation: 'g2', records: 1_234_567 })
  answer = { status: 200, body: { partitions: [rebuilt, partition(1, 'whole'), partition(2, 'behind')] } }
  const run = await replay('market_data_raw', '--partitions', '0,1,2', '--force')
  expect(run.code).toBe(0)
  expect(asked).toEqual([
    {
      path: '/2015-03-31/functions/lodestream-local-hot-rebuild/invocations',
      payload: { topic: 'market_data_raw', partitions: [0, 1, 2], force: true },
    },
  ])
  expect(run.output.split('\n')).toEqual([
    'market_data_raw 0: rebuilt from the log and switched over, 1,234,567 records, generation g2',
    'market_data_raw 1: whole already; --force rebuilds it all the same',
    'market_data_raw 2: not caught up when time was up; it goes on within a minute',
    '',
  ])
})

test('asks for everything of another stage by default, and answers scripts in JSON alone', async () => {
  answer = { status: 200, body: { partitions: [partition(0, 'whole')] } }
  const run = await replay('--stage', 'dev', '--json')
  expect([run.code, run.errors]).toEqual([0, ''])
  expect(asked).toMatchObject([{ path: expect.stringContaining('lodestream-dev-hot-rebuild'), payload: {} }])
  expect(run.lines).toEqual([{ partitions: [partition(0, 'whole')] }])
})

test('a partition that failed makes exit code 1, and its reason is shown', async () => {
  answer = { status: 200, body: { partitions: [partition(0, 'failed', { reason: 'Redis is away' })] } }
  const run = await replay('market_data_raw')
  expect(run.code).toBe(1)
  expect(run.output).toContain('market_data_raw 0: failed, Redis is away')
})

test('partitions that do not exist are refused and not passed over', async () => {
  answer = { status: 200, body: { partitions: [] } }
  const run = await replay('market_data_raw', '--partitions', '9')
  expect(run.code).toBe(1)
  expect(run.errors).toContain('knows no such partition')
})

test.each([
  [404, { 'x-amzn-errortype': 'ResourceNotFoundException' }, { message: 'no' }, 'There is no function'],
  [429, { 'x-amzn-errortype': 'TooManyRequestsException' }, { message: 'Rate' }, 'is at work already'],
  [403, { 'x-amzn-errortype': 'AccessDeniedException' }, { message: 'not authorized' }, 'may not call'],
  [200, { 'x-amz-function-error': 'Unhandled' }, { errorMessage: 'Redis is away' }, 'failed: Redis is away'],
])('status %i %j is told in a sentence', async (status, headers, body, says) => {
  answer = { status, headers, body }
  const run = await replay()
  expect(run.code).toBe(1)
  expect(run.errors).toContain(says)
  expect(run.errors).not.toContain('    at ')
  expect(asked.length).toBe(1)
})

test.each([
  [['nope'], 'There is no topic nope'],
  [['--partitions', '0'], '--partitions needs the topic'],
  [['market_data_raw', '--partitions', '0,x'], '--partitions'],
  [['--stage', 'moon'], '--stage'],
])('%j is refused before anything is called', async (words, says) => {
  const run = await replay(...words)
  expect(run.code).toBe(1)
  expect(run.errors).toContain(says)
  expect(asked).toEqual([])
})
