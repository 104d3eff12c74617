import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPageBridge } from '#local/bridges/page.ts'
import { freePort } from '#local/ports.ts'

let root: string
let api: Server
let apiUrl: string
let bridge: Server
let at: string
const asked: string[] = []

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'lodestream-page-'))
  await writeFile(join(root, 'index.html'), '<!doctype html><title>page</title>')
  await writeFile(join(root, 'main.js'), 'export {}')
  await writeFile(join(tmpdir(), 'lodestream-outside.txt'), 'not for the page')
  api = createServer((incoming, response) => {
    asked.push(
      `${incoming.method} ${incoming.url} ${incoming.headers.authorization ?? '-'} ${incoming.headers.cookie ?? '-'}`,
    )
    response.writeHead(418, {
      'content-type': 'application/problem+json',
      'x-correlation-id': 'c-1',
      'x-amzn-trace': 'no',
    })
    response.end('{"from":"api"}')
  })
  api.listen(0, '127.0.0.1')
  await once(api, 'listening')
  apiUrl = `${urlOf(api)}/_aws/execute-api/abc123/api`
  bridge = await startPageBridge({ root, apiUrl })
  at = urlOf(bridge)
})

afterAll(async () => {
  bridge.close()
  api.close()
  await rm(root, { recursive: true })
  await rm(join(tmpdir(), 'lodestream-outside.txt'))
})

/** Sends a path as it is: fetch would resolve its dots first. */
async function raw(
  path: string,
  method = 'GET',
  base = at,
): Promise<{ status: number; text: string; allow: string | undefined }> {
  const { hostname, port } = new URL(base)
  const sent = request({ hostname, port, path, method })
  sent.end()
  const [answer] = await once(sent, 'response')
  let text = ''
  for await (const chunk of answer) text += chunk
  return { status: answer.statusCode, text, allow: answer.headers.allow }
}

test('it listens on the loopback interface alone', () => {
  expect(bridge.address()).toMatchObject({ address: '127.0.0.1' })
})

describe('the page', () => {
  test('is served with what keeps it to itself', async () => {
    const answer = await fetch(`${at}/`)
    expect(await answer.text()).toContain('<title>page</title>')
    const headers = Object.fromEntries(answer.headers)
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    })
    expect(headers['content-security-policy']).toMatch(/default-src 'self'/)
    expect(headers['content-security-policy']).not.toMatch(/unsafe-inline|\*/)
  })

  test('has the types that nosniff asks for, and a configuration where none was built in', async () => {
    expect((await fetch(`${at}/main.js`)).headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(await (await fetch(`${at}/config.json`)).json()).toEqual({ apiBase: '/api' })
  })

  test.each([
    '/../lodestream-outside.txt',
    '/..%2flodestream-outside.txt',
    '/%2e%2e/lodestream-outside.txt',
    '//lodestream-outside.txt',
    '/..\\lodestream-outside.txt',
    '/main.js/../../lodestream-outside.txt',
    '/main.js%00.html',
    '/none.js',
    '/main.js/',
    'http://127.0.0.1/main.js',
  ])('%s is refused', async (path) => {
    const { status, text } = await raw(path)
    expect(status).toBe(404)
    expect(text).not.toContain('not for the page')
    expect(JSON.parse(text)).toMatchObject({ status: 404, type: 'about:blank' })
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])('%s is refused, at the API too', async (method) => {
    const before = asked.length
    for (const path of ['/', '/api/prices/latest'])
      expect(await raw(path, method)).toMatchObject({ status: 405, allow: 'GET, HEAD' })
    expect(asked.length).toBe(before)
  })
})

describe('the API under the same origin', () => {
  test('gets the path below /api, the query and the token, and its answer comes back whole', async () => {
    const answer = await fetch(`${at}/api/ohlc/A%2FB?limit=2&to=x`, {
      headers: { authorization: 'Bearer t', cookie: 'private=1' },
    })
    expect(asked.at(-1)).toBe('GET /_aws/execute-api/abc123/api/ohlc/A%2FB?limit=2&to=x Bearer t -')
    expect(answer.status).toBe(418)
    expect(await answer.json()).toEqual({ from: 'api' })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('x-correlation-id')).toBe('c-1')
    expect(answer.headers.has('x-amzn-trace')).toBe(false)
  })

  test.each(['/api/../../_localstack/health', '/api/%2e%2e/%2e%2e/x', '/api/..\\..\\x'])(
    '%s does not climb out of the stage',
    async (path) => {
      const before = asked.length
      expect((await raw(path)).status).toBe(400)
      expect(asked.length).toBe(before)
    },
  )

  test('while it is away, that is said as a problem', async () => {
    const lonely = await startPageBridge({ root, apiUrl: `http://127.0.0.1:${await freePort()}/api` })
    const answer = await fetch(`${urlOf(lonely)}/api/health`)
    expect(answer.status).toBe(502)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({ status: 502, instance: '/api/health' })
    expect((await fetch(`${urlOf(lonely)}/`)).status).toBe(200)
    lonely.close()
  })
})

describe('the process', () => {
  const script = resolve(import.meta.dirname, '../../local/bridges/page.ts')

  test('ends cleanly on SIGTERM, with a connection still open', async () => {
    const port = await freePort()
    const child = spawn(process.execPath, [script], {
      env: { PATH: process.env.PATH, PAGE_ROOT: root, API_URL: apiUrl, PORT: String(port) },
    })
    await expect
      .poll(
        () =>
          fetch(`http://127.0.0.1:${port}/`).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 10_000 },
      )
      .toBe(200)
    const idle = connect(port, '127.0.0.1')
    await once(idle, 'connect')
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
  })

  test('says what it needs', async () => {
    const child = spawn(process.execPath, [script], { env: { PATH: process.env.PATH } })
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    const [code] = await once(child, 'close')
    expect([code, said]).toEqual([
      1,
      'The page bridge needs PAGE_ROOT, API_URL (http://…) and PORT in its environment.\n',
    ])
  })
})
