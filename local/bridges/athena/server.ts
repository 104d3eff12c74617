import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ZodError } from 'zod'
import { bodyOf, reply, ServiceError } from '../aws-json.ts'
import type { Athena } from './api/athena.ts'

const target = 'AmazonAthena.'
/** A statement and its parameters, with what JSON adds. */
const mostBytes = 4 << 20

/** Serves Athena's API by `x-amz-target`; GET / says that it is there. */
export function serve(athena: Athena): Server {
  return createServer((request, response) => {
    answer(athena, request, response).catch((error: unknown) => {
      if (error instanceof ServiceError) return reply(response, error.status, errorBody(error))
      if (error instanceof ZodError) {
        return reply(response, 400, { __type: 'InvalidRequestException', message: describe(error) })
      }
      console.error(error)
      return reply(response, 500, {
        __type: 'InternalServerException',
        message: 'The log of the Athena bridge says why.',
      })
    })
  })
}

async function answer(athena: Athena, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const operation = request.headers['x-amz-target']
  if (typeof operation === 'string') {
    const body = await bodyOf(request, mostBytes)
    if (!operation.startsWith(target))
      throw new ServiceError('UnknownOperationException', `${operation} is not Athena's.`)
    reply(response, 200, await athena.answer(operation.slice(target.length), body))
  } else if (request.method === 'GET' && request.url === '/') reply(response, 200, { service: 'athena' })
  else throw new ServiceError('UnknownOperationException', `There is no ${request.url}.`, 404)
}

function describe({ issues }: ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.') || 'the request'}: ${message}`).join('; ')
}

const errorBody = ({ type, message }: ServiceError) => ({ __type: type, message, Message: message })
