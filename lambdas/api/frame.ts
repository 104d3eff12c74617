import { randomUUID } from 'node:crypto'
import type { Context, Hono } from 'hono'
import { answerProblem, Problem } from './problems.ts'
import type { Env } from './service.ts'

/** Where failing requests are told, one line each. */
export interface RequestLog {
  info(message: string, extra: Readonly<Record<string, unknown>>): void
  error(message: string, extra: Readonly<Record<string, unknown>>): void
}

/** The prefix under which CloudFront, and the bridge that stands for it, send everything here. */
const BASE = /^\/api(?=\/|$)/
const CORRELATION_ID = /^[\w.:-]{1,128}$/

export interface Frame {
  readonly log: RequestLog
  /** What may be asked: another method is answered with 405. */
  readonly methods: readonly string[]
  /** The answer to a path that there is not. */
  readonly noRoute: (path: string) => Problem
}

/** Puts around an app's routes what all of ours have: ids, headers, and errors as problem+json, each told to the log. */
export function framed(app: Hono<Env>, { log, methods, noRoute }: Frame): void {
  const answer = (c: Context<Env>, problem: Problem): Response => {
    const line = {
      correlation_id: c.get('correlation_id'),
      method: c.req.method,
      path: c.req.path,
      status: problem.status,
    }
    if (problem.status < 500) log.info(problem.message, line)
    else log.error(problem.message, { ...line, ...(problem.cause instanceof Error ? { error: problem.cause } : {}) })
    return answerProblem(c, problem, c.get('correlation_id'))
  }

  app.use(async (c, next) => {
    c.set('correlation_id', correlationIdOf(c))
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
    c.header('x-correlation-id', c.get('correlation_id'))
    if (!isWellEscaped(c.req.path))
      throw new Problem(400, 'bad-parameters', 'The path has a % that begins no character.')
    if (methods.includes(c.req.method)) return next()
    c.header('allow', methods.join(', '))
    throw new Problem(405, 'method-not-allowed', `${c.req.method} is not possible here: use ${methods.join(' or ')}.`)
  })
  app.onError((error, c) => answer(c, error instanceof Problem ? error : internal(error)))
  app.notFound((c) => answer(c, noRoute(c.req.path)))
}

/** As the request spelled it, escapes of reserved characters included, without the base. */
export function pathOf(request: Request): string {
  return new URL(request.url).pathname.replace(BASE, '') || '/'
}

function isWellEscaped(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch (error) {
    if (error instanceof URIError) return false
    throw error
  }
}

/** The gateway's id of the request in Lambda; elsewhere the caller's, or a new one. */
function correlationIdOf(c: Context<Env>): string {
  const given = c.env?.requestContext?.requestId ?? c.req.header('x-correlation-id') ?? ''
  return CORRELATION_ID.test(given) ? given : randomUUID()
}

function internal(cause: unknown): Problem {
  const problem = new Problem(
    500,
    'internal',
    "The API failed; its log has the reason under the request's correlation id.",
  )
  problem.cause = cause
  return problem
}
