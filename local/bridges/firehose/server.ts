import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ZodError } from 'zod'
import { bodyOf, reply, ServiceError } from '../aws-json.ts'
import type { FirehoseApi } from './api.ts'
import { FaultSettings, type Faults } from './faults.ts'
import type { Registry } from './registry.ts'

/** How long POST /flush waits for S3, ms. */
const FLUSH_MS = 60_000
/** A call of 4 MiB in base64, with what is around it. */
const MOST_BODY = 8 * 2 ** 20

const TARGET = 'Firehose_20150804.'

/** What the server stands before. */
export interface Services {
  readonly api: FirehoseApi
  readonly streams: Registry
  readonly faults: Faults
}

/**
 * Serves Firehose's API by `x-amz-target`, and beside it, for tests and the platform: GET /state, POST /flush,
 * POST /faults, POST /adopt.
 */
export function serve(services: Services): Server {
  return createServer((request, response) => {
    answer(services, request, response).catch((error: unknown) => {
      if (error instanceof ServiceError) return reply(response, error.status, errorBody(error.type, error.message))
      if (error instanceof ZodError) return reply(response, 400, errorBody('ValidationException', error.message))
      console.error(error)
      return reply(response, 500, errorBody('InternalFailure', 'The log of the Firehose bridge says why.'))
    })
  })
}

async function answer({ api, streams, faults }: Services, request: IncomingMessage, response: ServerResponse) {
  const target = request.headers['x-amz-target']
  if (typeof target === 'string') {
    if (!target.startsWith(TARGET)) throw new ServiceError('UnknownOperationException', `${target} is not Firehose's.`)
    reply(response, 200, await api.answer(target.slice(TARGET.length), await bodyOf(request, MOST_BODY)))
    return
  }
  switch (`${request.method} ${request.url}`) {
    case 'GET /':
      return reply(response, 200, { service: 'firehose' })
    case 'GET /state':
      return reply(response, 200, stateOf(streams))
    case 'POST /flush': {
      const done = await Promise.all(streams.all().map(({ stream }) => stream.flush(FLUSH_MS)))
      return reply(response, done.every(Boolean) ? 200 : 503, stateOf(streams))
    }
    case 'POST /faults':
      faults.set(FaultSettings.parse(await bodyOf(request, MOST_BODY)))
      return reply(response, 200, {})
    case 'POST /adopt':
      streams.letAdopt()
      return reply(response, 200, {})
    default:
      return reply(response, 404, errorBody('UnknownOperationException', `There is no ${request.url}.`))
  }
}

const stateOf = (streams: Registry) => ({
  streams: Object.fromEntries(streams.all().map(({ description, stream }) => [description.name, stream.counts])),
})

const errorBody = (type: string, message: string) => ({ __type: type, message })
