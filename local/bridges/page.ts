import { readFile } from 'node:fs/promises'
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import { isMissing } from '../state.ts'

/** What CloudFront does on AWS: the built page, with the API under /api of the same origin. */
export interface PageBridge {
  /** The folder of the built page. */
  readonly root: string
  /** The stage of the REST API, to which /api/… goes: http://… */
  readonly apiUrl: string
  /** @default a free one */
  readonly port?: number
  /** Origin of the login pages, to which the page may then talk: https://… @default nobody logs in */
  readonly login?: string
}

/** As the distribution's response headers policy has them, and stricter: nothing within the page is styled or run. */
const pageHeaders = (login = '') => ({
  'content-security-policy': [
    "default-src 'self'",
    `connect-src 'self' ${login}`.trim(),
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
})

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
}

/** One folder, flat: a name without a slash cannot leave it. */
const FILE = /^\/([\w-]+(?:\.[\w-]+)+)?$/
/** CloudFront gives up on an origin after 30 s. */
const ORIGIN_TIMEOUT_MS = 30_000
/** What the API is told of a request, and what the browser is told of its answer. */
const REQUEST_HEADERS = ['accept', 'authorization', 'x-correlation-id'] as const
const ANSWER_HEADERS = ['allow', 'cache-control', 'content-length', 'content-type', 'x-correlation-id'] as const

/** Starts the bridge on 127.0.0.1. @returns the server, listening; its `close` waits for requests under way. */
export async function startPageBridge({ root, apiUrl, port = 0, login }: PageBridge): Promise<Server> {
  const api = new URL(apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`)
  const agent = new Agent({ keepAlive: true, maxSockets: 32 })
  const server = createServer((incoming, response) => {
    for (const [name, value] of Object.entries(pageHeaders(login))) response.setHeader(name, value)
    const url = incoming.url ?? '/'
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      problem(response, 405, 'Only GET and HEAD are possible here.', url)
    } else if (url.startsWith('/api/')) forward(incoming, response, api, agent)
    else
      serve(root, url, incoming.method, response).catch((error: unknown) => {
        console.error(error)
        problem(response, 500, 'The page cannot be read; the log of the bridge says why.', url)
      })
  })
  server.on('close', () => agent.destroy())
  const listening = Promise.withResolvers<Server>()
  server.once('error', listening.reject)
  server.listen(port, '127.0.0.1', () => listening.resolve(server))
  return listening.promise
}

async function serve(root: string, url: string, method: string, response: ServerResponse): Promise<void> {
  const [path = '/'] = url.split('?', 1)
  const name = FILE.exec(path) && (path === '/' ? 'index.html' : path.slice(1))
  const body = name === null ? undefined : await contentOf(root, name)
  if (name === null || body === undefined) {
    problem(response, 404, `There is no ${path.slice(0, 128)}.`, path)
    return
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    'content-length': body.length,
    'cache-control': 'no-cache',
  })
  response.end(method === 'HEAD' ? undefined : body)
}

async function contentOf(root: string, name: string): Promise<Buffer | undefined> {
  try {
    return await readFile(join(root, name))
  } catch (error) {
    if (!isMissing(error)) throw error
    // On AWS the deployment puts it there; here nobody logs in.
    return name === 'config.json' ? Buffer.from(JSON.stringify({ apiBase: '/api' })) : undefined
  }
}

function forward(incoming: IncomingMessage, response: ServerResponse, api: URL, agent: Agent): void {
  const url = incoming.url ?? ''
  const target = new URL(`${api.href}${url.slice('/api/'.length)}`)
  // Dots have been resolved by now: what climbed out of the stage would reach all else that LocalStack serves.
  if (!target.pathname.startsWith(api.pathname)) {
    problem(response, 400, 'The path leaves the API.', url)
    return
  }
  const headers = pick(incoming.headers, REQUEST_HEADERS)
  const asked = request(target, { method: incoming.method ?? 'GET', headers, agent, timeout: ORIGIN_TIMEOUT_MS })
  asked.on('timeout', () => asked.destroy(new Error(`no answer within ${ORIGIN_TIMEOUT_MS / 1000} s`)))
  asked.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, pick(answer.headers, ANSWER_HEADERS))
    answer.pipe(response)
  })
  asked.on('error', (error) => {
    console.error(`${target.pathname}: ${error.message}`)
    if (response.headersSent) response.destroy()
    else problem(response, 502, 'The API is away: it refused the connection, or did not answer.', url)
  })
  response.on('close', () => asked.destroy())
  asked.end()
}

function pick(headers: IncomingMessage['headers'], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}

function problem(response: ServerResponse, status: number, detail: string, instance: string): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const title =
    { 400: 'Bad request', 404: 'Not found', 405: 'Method not allowed', 502: 'Bad gateway' }[status] ?? 'Internal error'
  response.writeHead(status, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  response.end(JSON.stringify({ type: 'about:blank', title, status, detail, instance: instance.split('?', 1)[0] }))
}

if (import.meta.main) {
  const { PAGE_ROOT, API_URL, PORT } = process.env
  if (!PAGE_ROOT || !API_URL || !URL.canParse(API_URL) || !/^\d{1,5}$/.test(PORT ?? '')) {
    console.error('The page bridge needs PAGE_ROOT, API_URL (http://…) and PORT in its environment.')
    process.exit(1)
  }
  const server = await startPageBridge({ root: PAGE_ROOT, apiUrl: API_URL, port: Number(PORT) })
  process.once('SIGTERM', () => {
    server.close(() => process.exit(0))
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), 1_000).unref()
  })
}
