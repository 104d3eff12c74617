import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { Refusal } from '#domain/refusal.ts'
import { ServiceError } from '../aws-json.ts'
import { answer } from './api.ts'
import { invalid } from './service-error.ts'
import { Store } from './store.ts'
import { Targets } from './targets.ts'

/**
 * EventBridge Scheduler on this machine: its API, and schedules that really invoke their targets. PORT and
 * AWS_ENDPOINT_URL are needed.
 */
const Environment = z.object({ PORT: z.coerce.number().int().min(0).max(65_535), AWS_ENDPOINT_URL: z.url() })

const { data: environment, error } = Environment.safeParse(process.env)
if (error) throw new Refusal('The Scheduler bridge needs PORT and AWS_ENDPOINT_URL (http://…) in its environment.')

const store = new Store(new Targets(environment.AWS_ENDPOINT_URL), Date.now())

const server = createServer((request, response) => {
  handle(request)
    .then((body) => reply(response, 200, body))
    .catch((failure: unknown) => {
      if (failure instanceof ServiceError) reply(response, failure.status, { Message: failure.message }, failure.type)
      else {
        console.error(failure)
        const Message = 'The log of the Scheduler bridge says why.'
        reply(response, 500, { Message }, 'InternalServerException')
      }
    })
})
server.listen({ port: environment.PORT, host: '127.0.0.1' }, () => console.log(JSON.stringify(server.address())))

process.once('SIGTERM', async () => {
  server.close()
  server.closeIdleConnections()
  await store.stop()
  process.exit(0)
})

async function handle(request: IncomingMessage): Promise<object> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://scheduler')
  if (pathname === '/') return { service: 'scheduler' }
  const path = pathname.slice(1).split('/').map(decodeURIComponent)
  return answer(
    store,
    { method: request.method ?? '', path, query: searchParams, body: await bodyOf(request) },
    Date.now(),
  )
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  try {
    return JSON.parse(Buffer.concat(chunks).toString() || '{}')
  } catch (failure) {
    if (!(failure instanceof SyntaxError)) throw failure
    throw invalid('The request is not JSON.')
  }
}

function reply(response: ServerResponse, status: number, body: object, type?: string): void {
  response.writeHead(status, { 'content-type': 'application/json', ...(type && { 'x-amzn-errortype': type }) })
  response.end(JSON.stringify(body))
}
